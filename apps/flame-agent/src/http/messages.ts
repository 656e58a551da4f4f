import { MessageList } from "@mastra/core/agent";
import { z } from "zod";
import type { Threads } from "../database/index.ts";
import { textOf } from "../memory/message-text.ts";
import { ownedName } from "../tenants/index.ts";
import type { AgentEnv } from "./env.ts";
import { isBlank } from "./fields.ts";
import { Attachment, ProviderOptions, SentFile, Told } from "./message-files.ts";
import {
  areOfVersion4,
  awaitsApproval,
  type MessagePart,
  MODEL_PARTS,
  partsOf,
  STORED_PARTS,
  UI_PARTS,
} from "./message-parts.ts";

const BLANK = "must be text that isn't blank";
const UNUSABLE = "Mastra can't make a prompt of it; allowed: a message of Mastra or of the AI SDK";
const WAITING =
  "the call waits for an approval, which isn't given here; allowed: POST /approvals/:id/approve or …/reject, or POST /chat";
const Text = z.string().refine((text) => !isBlank(text), { error: BLANK });
const Id = z.string().min(1).max(200);
const SentText = z.strictObject({
  type: z.literal("text"),
  text: z.string(),
  providerOptions: ProviderOptions.optional(),
});

/**
 * When it was said, as JSON has dates or in milliseconds, in a year of four digits: databases take no other. What is said
 * behind it comes later, whatever the clock says, and must have room in them too.
 */
const When = z.union([z.string(), z.number()]).refine(leavesRoom, {
  error: "must be a date between the years 1 and 9998",
});

const Attachments = z.array(Attachment).optional();

/** What a client notes about a message; what it says of calls that wait for an approval isn't for it to say. */
const Metadata = z
  .looseObject({ createdAt: When.optional() })
  .nullish()
  .transform((metadata) => {
    if (!metadata) return undefined;
    const { pendingToolApprovals: _pending, suspendedTools: _suspended, ...rest } = metadata;
    return rest;
  });

/** Fields that every message may have; others aren't handed on. */
const around = {
  id: Id.optional(),
  createdAt: When.nullish(),
  threadId: Id.optional(),
  resourceId: Id.optional(),
  metadata: Metadata,
  providerOptions: Told,
  experimental_attachments: Attachments,
};

/** What somebody says who speaks for users or models: as a model, a user interface or the store has it. */
function said<Role extends "user" | "assistant" | "system">(role: Role) {
  const stored = partsOf(() => STORED_PARTS[role]);
  const content = z.union(
    [
      z.string(),
      partsOf(() => MODEL_PARTS[role]),
      z.object({
        format: z.literal(2),
        parts: stored,
        content: z.string().optional().catch(undefined),
        metadata: Metadata,
        providerMetadata: Told,
        experimental_attachments: Attachments,
      }),
    ],
    { error: "must be text, a list of parts, or what the store gave: {format: 2, parts}" },
  );
  const parts = partsOf((given) => (areOfVersion4(given) ? STORED_PARTS[role] : UI_PARTS[role]));
  return z.object({ ...around, role: z.literal(role), content: content.optional(), parts: parts.optional() });
}

/** What tools answered. */
const FromTool = z.object({
  ...around,
  role: z.literal("tool"),
  content: z.union([z.string(), partsOf(() => MODEL_PARTS.tool)], { error: "must be text or a list of parts" }),
  parts: z.never({ error: "must not be there: a tool's results are its content" }).optional(),
});

/** A message in any of the shapes that clients of Mastra and of the AI SDK send, and that the store gives back. */
const ClientMessage = z
  .discriminatedUnion("role", [said("user"), said("assistant"), said("system"), FromTool], {
    error: "must be user, assistant, system or tool",
  })
  .check(({ value, issues }) => {
    if (value.content !== undefined || value.parts !== undefined) return;
    issues.push({ code: "custom", message: "content or parts must be there", input: value, path: ["content"] });
  })
  .transform(asOneForm)
  // An answer may be empty, because it was cut or only calls tools.
  .refine((message) => !["user", "system"].includes(message.role) || isSpeaking(message), {
    error: BLANK,
    path: ["content"],
  });

/** The messages without calls that wait for an approval. The last one must have none: what it asks for would be lost. */
const Messages = z
  .array(ClientMessage)
  .min(1)
  .transform((messages, context) => {
    const last = messages.at(-1);
    if (last && partsIn(last).some(awaitsApproval)) {
      context.addIssue({ code: "custom", path: [messages.length - 1], message: WAITING });
    }
    return messages.flatMap(withoutWaiting);
  });

/** What a turn is asked: words, or messages. */
export const ClientMessages = z.union([Text, Messages]);

/** What is said in a message that is sent into a thread: words, or parts of them and of files. */
const Contents = z.union([
  Text,
  z.array(z.discriminatedUnion("type", [SentText, SentFile])).refine(saysSomething, { error: BLANK }),
]);

/** A name that Mastra can write as an attribute in XML. */
const AttributeName = z
  .string()
  .regex(/^[A-Za-z_][\w.-]*$/, { error: "must be letters, digits, _, . and -, and begin with a letter or _" });

/** A message into a thread whose turn may run already, in the shapes that Mastra takes there. */
export const SentMessage = z.union([
  Contents,
  z.strictObject({
    contents: Contents,
    attributes: z.record(AttributeName, z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    providerOptions: ProviderOptions.optional(),
  }),
]);

type Message = z.output<typeof ClientMessage>;

/** What is wrong with messages, and where; the words of a refusal. */
export class MessagesRefused extends Error {
  constructor(problem: string, where: string) {
    super(`✖ ${problem}\n  → at ${where}`);
    this.name = "MessagesRefused";
  }
}

/**
 * The messages as Mastra takes them in a turn of this thread and resource. Those that the store gave back name theirs,
 * which must be the turn's.
 *
 * @throws MessagesRefused where one is another thread's or resource's, has another one's id, or Mastra couldn't make a
 *   prompt of them or couldn't keep them: what it would fail over in the turn is found out before the turn begins.
 */
export async function takeMessages(
  messages: readonly unknown[],
  tenant: string,
  owned: AgentEnv["Variables"]["owned"],
  threads: Pick<Threads, "said">,
): Promise<readonly Message[]> {
  const taken = Messages.parse(messages).map(({ threadId, resourceId, ...message }, index) => {
    const isOwn = (given: string | undefined, own: string | undefined) =>
      given === undefined || ownedName(tenant, given) === own;
    if (!isOwn(threadId, owned?.thread))
      throw new MessagesRefused("the message is of another thread", `messages[${index}].threadId`);
    if (!isOwn(resourceId, owned?.resource))
      throw new MessagesRefused("the message is of another resource", `messages[${index}].resourceId`);
    return message;
  });
  const list = await rehearsed(taken).catch(async () => {
    for (const [index, message] of taken.entries()) {
      await rehearsed([message]).catch(() => {
        throw new MessagesRefused(UNUSABLE, `messages[${index}]`);
      });
    }
    throw new MessagesRefused(UNUSABLE, "messages");
  });
  await refuseReused(taken, list, owned, threads);
  return taken;
}

/** The messages in Mastra's hands, after all that it makes of them in a turn: a prompt, and what is kept of the turn. */
async function rehearsed(messages: readonly Message[]): Promise<MessageList> {
  const list = new MessageList();
  // Plain JSON that has the shape of one of Mastra's kinds: which one is what it finds out itself.
  for (const message of messages) list.add(JSON.parse(JSON.stringify(message)), "input");
  // An address that is left is taken for one that the model fetches itself, so that nobody does here.
  await list.get.all.aiV6.llmPrompt({ supportedUrls: { "*": [/^/] } });
  // What is kept and told at a turn's end comes by way of another version's messages.
  list.get.all.aiV4.core();
  return list;
}

/**
 * Refuses a message with the id of another one of the thread, which says something else: Mastra would take the old one
 * in place of it, and answer that.
 */
async function refuseReused(
  given: readonly Message[],
  list: MessageList,
  owned: AgentEnv["Variables"]["owned"],
  threads: Pick<Threads, "said">,
): Promise<void> {
  const ids = given.flatMap(({ id, role }) => (id !== undefined && role === "user" ? [id] : []));
  if (ids.length === 0 || owned?.thread === undefined) return;
  const said = await threads.said(owned.thread, owned.resource, ids);
  const reused = list.get.all.db().find((one) => said.has(one.id) && said.get(one.id) !== textOf(one));
  if (reused === undefined) return;
  const index = given.findIndex(({ id }) => id === reused.id);
  throw new MessagesRefused(
    "the id is that of another message in the thread; allowed: an id of its own, or none",
    `messages[${index}].id`,
  );
}

function leavesRoom(value: string | number): boolean {
  const year = new Date(value).getUTCFullYear();
  return year >= 1 && year < 9_999;
}

/** The message with one of what it may be told by: Mastra takes a system's as text, and parts before content. */
function asOneForm<Around extends { readonly role: string }>({ content, parts, ...message }: Around & Said) {
  const words = { content: content ?? "" };
  if (message.role === "system") return { ...message, content: textIn({ content, parts }) };
  if (isStored(content) || !parts || parts.length === 0) return { ...message, ...words };
  return { ...message, parts };
}

function textIn(said: Pick<Said, "content" | "parts">): string {
  if (typeof said.content === "string" && said.content !== "") return said.content;
  return partsIn(said)
    .flatMap(({ text }) => (typeof text === "string" ? [text] : []))
    .join("\n");
}

/** The message without calls that wait for an approval, or none where it is nothing else. */
function withoutWaiting(message: Message): Message[] {
  const going = partsIn(message);
  const staying = going.filter((part) => !awaitsApproval(part));
  if (staying.length === going.length) return [message];
  if (staying.length === 0) return [];
  if ("parts" in message) return [{ ...message, parts: staying }];
  const { content } = message;
  return [{ ...message, content: isStored(content) ? { ...content, parts: staying } : staying }];
}

interface Stored {
  readonly format: 2;
  readonly parts: readonly MessagePart[];
}
type Content = string | readonly MessagePart[] | Stored;
interface Said {
  readonly content?: Content | undefined;
  readonly parts?: readonly MessagePart[] | undefined;
}

function isStored(content: Content | undefined): content is Stored {
  return typeof content === "object" && "format" in content;
}

function partsIn({ content, parts }: Said): readonly MessagePart[] {
  if (isStored(content)) return content.parts;
  return parts ?? (typeof content === "object" ? content : []);
}

function isSpeaking(said: Said): boolean {
  return (typeof said.content === "string" && !isBlank(said.content)) || saysSomething(partsIn(said));
}

/** Whether a part is there that a model is given, and that isn't blank. */
function saysSomething(parts: readonly { readonly type: string; readonly text?: unknown }[]): boolean {
  return parts.some(
    ({ type, text }) => ["image", "file"].includes(type) || (type === "text" && !isBlank(String(text))),
  );
}
