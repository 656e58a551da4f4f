import { MessageList } from "@mastra/core/agent";
import { z } from "zod";
import type { Threads } from "../database/index.ts";
import { textOf } from "../memory/message-text.ts";
import { ownedName } from "../tenants/index.ts";
import type { AgentEnv } from "./env.ts";
import { isBlank } from "./fields.ts";
import { Attachment, FilePart, ImagePart, ProviderOptions, SentFile } from "./message-files.ts";

/** Who may say something. */
const ROLES = ["user", "assistant", "system", "tool"] as const;
/** Roles whose messages must say something; an answer may be empty, because it was cut or only calls tools. */
const SPEAKING: readonly string[] = ["user", "system"];

const BLANK = "must be text that isn't blank";
const Text = z.string().refine((text) => !isBlank(text), { error: BLANK });
const Id = z.string().min(1).max(200);
/** A thing with a name that must be text where it is there at all. */
const Named = z.string().min(1);
const SentText = z.strictObject({
  type: z.literal("text"),
  text: z.string(),
  providerOptions: ProviderOptions.optional(),
});

/** Parts whose fields Mastra relies on. */
const KNOWN_PARTS = {
  text: z.looseObject({ text: z.string() }),
  reasoning: z.union([z.looseObject({ text: z.string() }), z.looseObject({ reasoning: z.string() })]),
  image: ImagePart,
  file: FilePart,
  "tool-call": z.looseObject({ toolCallId: Named, toolName: Named }),
  "tool-result": z.looseObject({ toolCallId: Named, toolName: Named }),
  "tool-invocation": z.looseObject({
    toolInvocation: z.looseObject({
      toolCallId: Named,
      toolName: Named,
      state: z.enum([
        "partial-call",
        "call",
        "result",
        "approval-requested",
        "approval-responded",
        "output-error",
        "output-denied",
      ]),
    }),
  }),
} satisfies Record<string, z.ZodType>;

const Part = z.looseObject({ type: Named }).check((context) => {
  const { type } = context.value;
  if (!isKnown(type)) return;
  const read = KNOWN_PARTS[type].safeParse(context.value);
  for (const { path, message } of read.error?.issues ?? []) {
    context.issues.push({ code: "custom", path, message, input: context.value });
  }
});

/** When it was said, as JSON has dates or in milliseconds, in a year of four digits: databases take no other. */
const When = z.union([z.string(), z.number()]).refine(isInFourDigits, {
  error: "must be a date between the years 1 and 9999",
});

const Attachments = z.array(Attachment).optional();

/** A message in any of the shapes that clients of Mastra and of the AI SDK send, and that the store gives back. */
const ClientMessage = z
  .looseObject({
    id: Id.optional(),
    role: z.enum(ROLES),
    content: z
      .union([
        z.string(),
        z.array(Part),
        z.looseObject({ format: z.literal(2), parts: z.array(Part), experimental_attachments: Attachments }),
      ])
      .optional(),
    parts: z.array(Part).optional(),
    experimental_attachments: Attachments,
    createdAt: When.nullish(),
    threadId: Id.optional(),
    resourceId: Id.optional(),
  })
  .check(({ value, issues }) => {
    const wrong = (message: string) => issues.push({ code: "custom", message, input: value, path: ["content"] });
    if (value.content === undefined && value.parts === undefined) wrong("content or parts must be there");
    else if (SPEAKING.includes(value.role) && !isSpeaking(value)) wrong(BLANK);
  });

/** What a turn is asked: words, or messages. */
export const ClientMessages = z.union([Text, z.array(ClientMessage).min(1)]);

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

type Messages = readonly z.output<typeof ClientMessage>[];

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
 * @throws MessagesRefused where one is another thread's or resource's, has another one's id, or Mastra couldn't make a prompt of them: what it
 *   would fail over in the middle of the turn is found out before the turn begins.
 */
export async function takeMessages(
  messages: readonly unknown[],
  tenant: string,
  owned: AgentEnv["Variables"]["owned"],
  threads: Pick<Threads, "said">,
): Promise<Messages> {
  const taken = z
    .array(ClientMessage)
    .parse(messages)
    .map(({ threadId, resourceId, ...message }, index) => {
      const isOwn = (given: string | undefined, own: string | undefined) =>
        given === undefined || ownedName(tenant, given) === own;
      if (!isOwn(threadId, owned?.thread))
        throw new MessagesRefused("the message is of another thread", `messages[${index}].threadId`);
      if (!isOwn(resourceId, owned?.resource))
        throw new MessagesRefused("the message is of another resource", `messages[${index}].resourceId`);
      return message;
    });
  const list = new MessageList();
  try {
    // Plain JSON that has the shape of one of Mastra's kinds: which one is what it finds out itself.
    for (const message of taken) list.add(JSON.parse(JSON.stringify(message)), "input");
    // An address that is left is taken for one that the model fetches itself, so that nobody does here.
    await list.get.all.aiV6.llmPrompt({ supportedUrls: { "*": [/^/] } });
  } catch {
    throw new MessagesRefused("Mastra can't make a prompt of them; allowed: messages of it or the AI SDK", "messages");
  }
  await refuseReused(taken, list, owned, threads);
  return taken;
}

/**
 * Refuses a message with the id of another one of the thread, which says something else: Mastra would take the old one
 * in place of it, and answer that.
 */
async function refuseReused(
  given: Messages,
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

function isInFourDigits(value: string | number): boolean {
  const year = new Date(value).getUTCFullYear();
  return year >= 1 && year <= 9_999;
}

function isKnown(type: string): type is keyof typeof KNOWN_PARTS {
  return Object.hasOwn(KNOWN_PARTS, type);
}

function isSpeaking({ content, parts }: z.output<typeof ClientMessage>): boolean {
  if (typeof content === "string" && !isBlank(content)) return true;
  const inContent = typeof content === "object" ? ("format" in content ? content.parts : content) : [];
  return saysSomething([...inContent, ...(parts ?? [])]);
}

/** Whether a part is there that isn't blank text. */
function saysSomething(parts: readonly { readonly type: string; readonly text?: unknown }[]): boolean {
  return parts.some(({ type, text }) => type !== "step-start" && (type !== "text" || !isBlank(String(text))));
}
