import type { Context } from "hono";
import { z } from "zod";
import { APPROVAL_STATES, type Decision } from "../approvals/approvals.ts";
import type { Owner } from "../tenants/index.ts";
import type { Chat } from "../workflow/index.ts";
import type { Continued } from "../workflow/runner.ts";
import type { AgentEnv } from "./env.ts";
import { Id, PageLimit, storable } from "./fields.ts";
import { answeredInTime } from "./late-answer.ts";
import { OwnerQuery, ownerOf, ownerRefused } from "./owner.ts";
import { threadBusy } from "./thread-busy.ts";
import { controlOf, PLAIN, type StreamForm, streamTurn } from "./turn-stream.ts";

export const ListApprovalsQuery = z.strictObject({
  /** Only calls in this state. Default: all. */
  state: z.enum(APPROVAL_STATES).optional(),
  limit: PageLimit,
  /** The id of the last one that the caller has. */
  after: Id.optional(),
  ...OwnerQuery.shape,
});

export const DecisionBody = z.strictObject({
  /** Told to the model, so that it can do otherwise. */
  reason: storable(2_000).optional(),
});

/** `GET /approvals`: tool calls that wait, and what became of the others. */
export function listApprovals({ approvals }: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = ListApprovalsQuery.safeParse(context.req.query());
    if (!request.success)
      return context.json(
        {
          error: `The query is refused; allowed: ?state=${APPROVAL_STATES.join("|")}&limit=1…100&after=<id>&resource=…`,
          problems: z.prettifyError(request.error),
        },
        400,
      );
    const found = await approvals.list(ownerOf(context, request.data.resource), request.data);
    return context.json({ approvals: found });
  };
}

/** `GET /approvals/:id` */
export function showApproval({ approvals }: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const id = Id.safeParse(context.req.param("id"));
    const query = OwnerQuery.safeParse(context.req.query());
    if (!query.success) return ownerRefused(context);
    const owner = ownerOf(context, query.data.resource);
    const found = id.success ? await approvals.find(owner, id.data) : undefined;
    return found ? context.json(found) : context.json({ error: "No approval of this id" }, 404);
  };
}

/**
 * `POST /approvals/:id/approve` and `…/reject`: decides, and answers with the rest of the turn as an event stream. The
 * first decision counts; each later one is refused with 409, and one that comes too late with 410.
 */
export function decideApproval(chat: Chat, approved: boolean) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const id = Id.safeParse(context.req.param("id"));
    const body = await context.req.text();
    const request = DecisionBody.safeParse(body.trim() === "" ? {} : parsed(body));
    if (!request.success || (approved && request.data.reason !== undefined))
      return context.json(
        { error: `The body is refused; allowed: none${approved ? "" : `, or {"reason"?: "…"}`}` },
        400,
      );
    const query = OwnerQuery.safeParse(context.req.query());
    if (!query.success) return ownerRefused(context);
    const owner = ownerOf(context, query.data.resource);
    if (!id.success) return context.json({ error: "No approval of this id" }, 404);
    return carryOut(context, chat, owner, id.data, { approved, ...request.data });
  };
}

/** Takes a decision and answers with the rest of its turn. */
export async function carryOut(
  context: Context<AgentEnv>,
  chat: Chat,
  owner: Owner,
  id: string,
  decision: Decision,
  form: StreamForm = PLAIN,
): Promise<Response> {
  const decided = chat.runner
    .decide(owner, id, decision, controlOf(context))
    .then((one) => decidedAnswer(context, chat, one, form));
  return answeredInTime(context, chat.log, form, decided);
}

function decidedAnswer(context: Context<AgentEnv>, chat: Chat, decided: Continued, form: StreamForm): Response {
  switch (decided.kind) {
    case "absent":
      return context.json({ error: "No approval of this id" }, 404);
    case "late":
      return context.json(
        {
          error: `The tool call is ${decided.state} already; allowed: one decision, in time`,
          state: decided.state,
        },
        decided.state === "expired" ? 410 : 409,
      );
    case "busy":
      return threadBusy(context);
    case "taken":
      return streamTurn(context, chat, decided.turn, form);
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
