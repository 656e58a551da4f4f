import { z } from "zod";
import { CallerSchema } from "./caller-schema.ts";
import { ClientMessages, SentMessage } from "./messages.ts";
import { json, RequestContextQuery, RequestContextValues } from "./query-values.ts";

/** A name that a client gives a thread, a resource or an agent. */
const Name = z.string().min(1).max(200);
/** What a client notes about a thread or a message, to find it by: one level, as the database compares it. */
const Metadata = z.record(
  z.string().regex(/^(?!(__proto__|constructor|prototype)$)[A-Za-z_]\w{0,127}$/, {
    error: "must be letters, digits and _, and no name of an object's own",
  }),
  z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]),
);

const Memory = z.strictObject({
  thread: z.union([
    Name,
    z.strictObject({ id: Name, title: z.string().optional(), metadata: z.record(z.string(), z.unknown()).optional() }),
  ]),
  resource: Name.optional(),
});

const ToolName = z.string().regex(/^[\w.:-]{1,128}$/, { error: "must be letters, digits, _, ., : and -" });
/** A tool that the client runs itself, which so is none of a model's provider. */
const ClientTool = z.looseObject({
  id: Name.optional(),
  type: z.enum(["function", "dynamic"]).optional(),
  description: z.string().optional(),
  inputSchema: CallerSchema.nullish(),
  outputSchema: CallerSchema.nullish(),
  parameters: CallerSchema.nullish(),
});

/** A turn in Mastra's own words. Options that would choose a model, a run or another's memory are not among them. */
const Turn = z.strictObject({
  messages: ClientMessages,
  memory: Memory.optional(),
  system: z.string().optional(),
  maxSteps: z.int().min(1).max(20).optional(),
  toolChoice: z.enum(["auto", "none", "required"]).optional(),
  activeTools: z.array(z.string()).optional(),
  clientTools: z.record(ToolName, ClientTool).optional(),
  structuredOutput: z
    .strictObject({
      schema: CallerSchema,
      instructions: z.string().optional(),
      jsonPromptInjection: z.boolean().optional(),
      errorStrategy: z.enum(["strict", "warn", "fallback"]).optional(),
      fallbackValue: z.unknown().optional(),
      model: z.never({ error: "the model is the deployment's" }).optional(),
    })
    .optional(),
  modelSettings: z
    .strictObject({
      temperature: z.number().min(0).max(2).optional(),
      topP: z.number().min(0).max(1).optional(),
      maxOutputTokens: z.int().min(1).optional(),
      seed: z.int().optional(),
    })
    .optional(),
  requestContext: RequestContextValues.optional(),
});

/** A message into a thread whose turn may run already. */
const Message = z.strictObject({
  message: SentMessage,
  threadId: Name,
  resourceId: Name.optional(),
  requestContext: RequestContextValues.optional(),
});

const ThreadAndResource = z.strictObject({ threadId: Name, resourceId: Name.optional() });

/** What a client writes of a thread. */
const ThreadFields = {
  resourceId: Name.optional(),
  title: z.string().max(1_000).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  requestContext: RequestContextValues.optional(),
};
const Nothing = z.strictObject({});
/** Every read takes a context: Mastra's client adds one to any of them. */
const Context = { requestContext: RequestContextQuery.optional() };
const OneThread = z.strictObject({ ...Context, agentId: Name.optional(), resourceId: Name.optional() });
const Page = {
  ...OneThread.shape,
  page: z
    .string()
    .regex(/^\d{1,6}$/)
    .optional(),
};
const Direction = z.enum(["ASC", "DESC"]).optional();

/** Threads in an order of theirs, in both ways that Mastra's clients write it. */
const Threads = z.strictObject({
  ...Page,
  perPage: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .optional(),
  "orderBy[field]": z.enum(["createdAt", "updatedAt"]).optional(),
  "orderBy[direction]": Direction,
  orderBy: json(
    z.strictObject({ field: z.enum(["createdAt", "updatedAt"]).optional(), direction: Direction }),
  ).optional(),
  metadata: json(Metadata).optional(),
});

/** Neighbours of a message at most: a page's worth. */
const Neighbours = z.int().min(0).max(100).optional();

const Messages = z.strictObject({
  ...Page,
  /** 0: only what `include` names. */
  perPage: z
    .string()
    .regex(/^\d{1,3}$/)
    .optional(),
  "orderBy[field]": z.enum(["createdAt"]).optional(),
  "orderBy[direction]": Direction,
  orderBy: json(z.strictObject({ field: z.enum(["createdAt"]).optional(), direction: Direction })).optional(),
  filter: json(
    z.strictObject({
      dateRange: z
        .strictObject({
          start: z.iso.datetime().optional(),
          end: z.iso.datetime().optional(),
          startExclusive: z.boolean().optional(),
          endExclusive: z.boolean().optional(),
        })
        .optional(),
      roles: z.array(z.enum(["user", "assistant", "system", "tool"])).optional(),
      metadata: Metadata.optional(),
    }),
  ).optional(),
  include: json(
    z.array(z.strictObject({ id: Name, withPreviousMessages: Neighbours, withNextMessages: Neighbours })).max(20),
  ).optional(),
  includeSystemReminders: z.enum(["true", "false"]).optional(),
});

/** One route of Mastra's server that this agent serves. */
export interface MastraRoute {
  /** Allowed names and values of the query. */
  readonly query: z.ZodType;
  /** Allowed body; `undefined`: none is read. */
  readonly body?: z.ZodType;
  /** What it does with the thread that it names: `claim` takes it unless it is somebody's, `make` one that isn't there. */
  readonly thread?: "claim" | "make";
  /** Whether it writes into a thread that is there, for which it waits like a turn, and what it leaves of that. */
  readonly changes?: "what is in the thread" | "the thread into none";
  /** Whether the request makes the agent take a turn, which a shutdown waits for. */
  readonly turn?: "until its response ends" | "until its thread is idle";
  /** Whether what it says goes to the turn that runs in its thread; by default it waits for that to end. */
  readonly joins?: true;
}

/**
 * The routes of Mastra's server that are served, by method and path below `/api`. Mastra has some 400; the others are
 * closed because they aren't for clients (changing agents, files of a workspace, vectors, stored prompts) or can't be
 * kept within a tenant (runs by their id alone). Approving a tool call is `/approvals` here.
 */
export const MASTRA_ROUTES: Readonly<Record<string, MastraRoute>> = {
  "GET /agents": { query: z.strictObject({ ...Context, partial: z.string().optional() }) },
  "GET /agents/:agentId": { query: z.strictObject(Context) },
  "POST /agents/:agentId/generate": {
    query: Nothing,
    body: Turn,
    thread: "claim",
    turn: "until its response ends",
  },
  "POST /agents/:agentId/stream": {
    query: Nothing,
    body: Turn,
    thread: "claim",
    turn: "until its response ends",
  },
  "POST /agents/:agentId/send-message": {
    query: Nothing,
    body: Message,
    thread: "claim",
    turn: "until its thread is idle",
    joins: true,
  },
  "POST /agents/:agentId/queue-message": {
    query: Nothing,
    body: Message,
    thread: "claim",
    turn: "until its thread is idle",
  },
  "POST /agents/:agentId/threads/abort": { query: Nothing, body: ThreadAndResource },
  "POST /agents/:agentId/threads/subscribe": { query: Nothing, body: ThreadAndResource },
  "GET /memory/threads": { query: Threads },
  "POST /memory/threads": {
    query: OneThread,
    body: z.strictObject({
      // Mastra's client says in the body again what its query says.
      agentId: Name.optional(),
      threadId: Name.optional(),
      ...ThreadFields,
    }),
    thread: "make",
  },
  "GET /memory/threads/:threadId": { query: OneThread },
  "PATCH /memory/threads/:threadId": {
    query: OneThread,
    body: z.strictObject(ThreadFields),
    changes: "what is in the thread",
  },
  "DELETE /memory/threads/:threadId": { query: OneThread, changes: "the thread into none" },
  "GET /memory/threads/:threadId/messages": { query: Messages },
};

/** The route that a request is for, if it is one of Mastra's that are served. */
export function mastraRouteOf(method: string, path: string): MastraRoute | undefined {
  return PATTERNS.find((route) => route.method === method && route.pattern.test(path))?.route;
}

const PATTERNS = Object.entries(MASTRA_ROUTES).map(([key, route]) => {
  const [method = "", path = ""] = key.split(" ");
  return { method, pattern: new RegExp(`^/api${path.replace(/:\w+/g, "[^/]+")}$`), route };
});
