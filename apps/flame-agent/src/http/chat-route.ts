import type { Context } from "hono";
import { z } from "zod";
import type { Chat } from "../workflow/index.ts";
import { carryOut } from "./approvals-route.ts";
import type { AgentEnv } from "./env.ts";
import { Id, MESSAGE_CHARACTERS, Name, PieceId, storable } from "./fields.ts";
import { isRecord } from "./is-record.ts";
import { answeredInTime } from "./late-answer.ts";
import { OwnerQuery, ownerOf, resourceOf } from "./owner.ts";
import { streamEvents } from "./turn-stream.ts";
import { beginTurn, goOn } from "./turns-route.ts";
import { uiStream } from "./ui-stream.ts";

/** Messages of one request at most; only the last one is read. */
const MESSAGES_MAX = 10_000;

const Part = z.looseObject({ type: z.string() });
/** A part of a message that somebody writes: text alone, since nothing is fetched for a caller. */
const TextPart = z.looseObject({ type: z.literal("text"), text: z.string() });
/** A tool call that its reader has decided about. */
const DecidedPart = z.looseObject({
  type: z.string(),
  state: z.literal("approval-responded"),
  approval: z.looseObject({ id: Id, approved: z.boolean(), reason: storable(2_000).optional() }),
});

/** What AI SDK's `DefaultChatTransport` sends, as far as it is read here; the rest of it is the client's own. */
export const ChatBody = z.looseObject({
  /** The chat's id, which names the thread. */
  id: Name,
  messages: z
    .array(z.looseObject({ role: z.enum(["user", "assistant", "system"]), parts: z.array(Part) }))
    .min(1)
    .max(MESSAGES_MAX),
  /** Owner of the thread, such as a user. Default: the token's user, or else `default`. */
  resource: Name.optional(),
});

const Text = storable(MESSAGE_CHARACTERS);

/** What of a body is read as said now: the last message, where it is the user's. Clients send what was said before too. */
export function saidNow(body: unknown): unknown {
  // What else is wrong with it the route says, which parses it whole.
  const last = isRecord(body) && Array.isArray(body.messages) ? body.messages.at(-1) : undefined;
  return isRecord(last) && last.role === "user" ? last : undefined;
}

/**
 * `POST /chat`: a turn for AI SDK's chat clients, as a UI message stream. The last message is what the user says now, or
 * the agent's with the user's decision about a tool call in it; what was said before is in the thread.
 */
export function takeChatTurn(chat: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = ChatBody.safeParse(await context.req.json().catch(() => undefined));
    if (!request.success)
      return refused(
        context,
        `allowed: {"id": "…", "messages": [… {"role": "user", "parts": [{"type": "text", "text": "…"}]}], "resource"?: "…"}`,
        request.error,
      );
    const { id: thread, messages } = request.data;
    const resource = resourceOf(context, request.data.resource);
    const last = messages.at(-1);
    if (last?.role === "assistant") return decide(context, chat, { thread, resource }, last.parts);
    const parts = z.array(TextPart).safeParse(last?.parts);
    if (last?.role !== "user" || !parts.success)
      return refused(
        context,
        "allowed as the last message: the user's, of text parts alone, since no address is fetched",
      );
    const message = Text.safeParse(parts.data.map(({ text }) => text).join("\n"));
    if (!message.success) return refused(context, "the last message", message.error);
    return beginTurn(context, chat, { message: message.data, thread, resource, supersedes: true }, uiStream(thread));
  };
}

/**
 * Goes on with the turn about whose tool calls the message has decisions: takes the one that is still to be taken, or,
 * where all were taken before and the turn broke off behind the newest, resumes it. The calls of a turn are asked about
 * one after the other, so that never two are to be taken.
 */
async function decide(
  context: Context<AgentEnv>,
  chat: Chat,
  { thread, resource }: { readonly thread: string; readonly resource: string },
  parts: readonly unknown[],
): Promise<Response> {
  const owner = { tenant: context.get("tenant"), resource };
  const decisions = parts.flatMap((part) => {
    const decided = DecidedPart.safeParse(part);
    return decided.success ? [decided.data.approval] : [];
  });
  if (decisions.length === 0)
    return refused(context, "allowed as the last message: the user's, or the agent's with an approval-responded part");
  const places = await chat.approvals.places(
    owner,
    decisions.map(({ id }) => id),
  );
  const here = decisions.flatMap((decision) => {
    const asked = places.get(decision.id);
    return asked?.thread === thread ? [{ decision, asked }] : [];
  });
  const taken = here.find(({ asked }) => asked.state === "pending") ?? here.at(-1);
  if (!taken) return context.json({ error: "No approval of this id in this chat" }, 404);
  const { asked, decision } = taken;
  const { id, approved, reason } = decision;
  if (asked.state === (approved ? "approved" : "rejected")) {
    const turn = await chat.records.find(owner, asked.turn);
    if (turn?.resumable) return goOn(context, chat, owner.tenant, turn, uiStream(thread));
  }
  return carryOut(
    context,
    chat,
    owner,
    id,
    { approved, ...(reason !== undefined && !approved && { reason }) },
    uiStream(thread),
  );
}

/**
 * `GET /chat/:id/stream`: what AI SDK's `resumeStream` asks: the message that the chat's last turn makes, from its
 * beginning and while it runs, on whichever instance; or the rest of the message that `Last-Event-ID` is a piece of,
 * whatever was said since. 204 where there is none to tell.
 */
export function followChat(chat: Chat) {
  const { records, events } = chat;
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const query = OwnerQuery.safeParse(context.req.query());
    const lastPiece = PieceId.optional().safeParse(context.req.header("last-event-id"));
    const thread = Name.safeParse(context.req.param("id"));
    if (!query.success || !lastPiece.success || !thread.success)
      return context.json(
        { error: "The request is refused; allowed: ?resource=…, and the header Last-Event-ID: <id>" },
        400,
      );
    const owner = ownerOf(context, query.data.resource);
    const place = lastPiece.data;
    const form = uiStream(thread.data, place);
    const tell = async () => {
      const named = place && (await records.find(owner, place.turn));
      const own = named?.thread === thread.data ? named : undefined;
      const turn = place ? own : await records.lastOf(owner, thread.data);
      const { event = 0, pieces } = place ?? {};
      const wholeEvents = pieces === undefined ? event : event - 1;
      const isAhead = turn && (await events.ahead(turn.id, wholeEvents)) === "some";
      // The message is made from its beginning, so that its pieces bear the names that they had.
      return isAhead ? streamEvents(chat, turn.id, 0, form) : context.body(null, 204);
    };
    return answeredInTime(context, chat.log, form, tell());
  };
}

function refused(context: Context<AgentEnv>, allowed: string, error?: z.ZodError): Response {
  return context.json(
    { error: `The body is refused; ${allowed}`, ...(error && { problems: z.prettifyError(error) }) },
    400,
  );
}
