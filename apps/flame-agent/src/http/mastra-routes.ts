import { z } from "zod";

/** A name that a client gives a thread, a resource or an agent. */
const Name = z.string().min(1).max(200);

const Memory = z.strictObject({
  thread: z.union([
    Name,
    z.strictObject({ id: Name, title: z.string().optional(), metadata: z.record(z.string(), z.unknown()).optional() }),
  ]),
  resource: Name.optional(),
});

/** A turn in Mastra's own words. Options that would choose a model, a run or another's memory are not among them. */
const Turn = z.strictObject({
  messages: z.union([z.string().min(1), z.array(z.looseObject({ id: z.string().optional() })).min(1)]),
  memory: Memory.optional(),
  system: z.string().optional(),
  maxSteps: z.int().min(1).max(20).optional(),
  toolChoice: z.enum(["auto", "none", "required"]).optional(),
  activeTools: z.array(z.string()).optional(),
  clientTools: z.record(z.string(), z.unknown()).optional(),
  structuredOutput: z.looseObject({ schema: z.looseObject({}), model: z.undefined() }).optional(),
  modelSettings: z
    .strictObject({
      temperature: z.number().min(0).max(2).optional(),
      topP: z.number().min(0).max(1).optional(),
      maxOutputTokens: z.int().min(1).optional(),
      seed: z.int().optional(),
    })
    .optional(),
});

/** A message into a thread whose turn may run already. */
const Message = z.strictObject({
  message: z.union([z.string().min(1), z.looseObject({})]),
  threadId: Name,
  resourceId: Name.optional(),
});

const ThreadAndResource = z.strictObject({ threadId: Name, resourceId: Name.optional() });

const Page = {
  agentId: Name.optional(),
  resourceId: Name.optional(),
  page: z
    .string()
    .regex(/^\d{1,6}$/)
    .optional(),
  perPage: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .optional(),
};
const Direction = z.enum(["ASC", "DESC"]).optional();
const OneThread = z.strictObject({ agentId: Name.optional(), resourceId: Name.optional() });
const Nothing = z.strictObject({});

/** One route of Mastra's server that this agent serves. */
export interface MastraRoute {
  /** Allowed names and values of the query. */
  readonly query: z.ZodType;
  /** Allowed body; `undefined`: none is read. */
  readonly body?: z.ZodType;
  /** Whether the request makes the agent take a turn, which a shutdown waits for. */
  readonly turn?: "until its response ends" | "until its thread is idle";
}

/**
 * The routes of Mastra's server that are served, by method and path below `/api`. Mastra has some 400; the others are
 * closed because they aren't for clients (changing agents, files of a workspace, vectors, stored prompts) or can't be
 * kept within a tenant (runs by their id alone). Approving a tool call is `/approvals` here.
 */
export const MASTRA_ROUTES: Readonly<Record<string, MastraRoute>> = {
  "GET /agents": { query: z.strictObject({ partial: z.string().optional() }) },
  "GET /agents/:agentId": { query: Nothing },
  "POST /agents/:agentId/generate": { query: Nothing, body: Turn, turn: "until its response ends" },
  "POST /agents/:agentId/stream": { query: Nothing, body: Turn, turn: "until its response ends" },
  "POST /agents/:agentId/send-message": { query: Nothing, body: Message, turn: "until its thread is idle" },
  "POST /agents/:agentId/queue-message": { query: Nothing, body: Message, turn: "until its thread is idle" },
  "POST /agents/:agentId/threads/abort": { query: Nothing, body: ThreadAndResource },
  "POST /agents/:agentId/threads/subscribe": { query: Nothing, body: ThreadAndResource },
  "GET /memory/threads": {
    query: z.strictObject({
      ...Page,
      "orderBy[field]": z.enum(["createdAt", "updatedAt"]).optional(),
      "orderBy[direction]": Direction,
    }),
  },
  "POST /memory/threads": {
    query: OneThread,
    body: z.strictObject({
      threadId: Name.optional(),
      resourceId: Name.optional(),
      title: z.string().max(1_000).optional(),
      metadata: z.record(z.string(), z.unknown()).optional(),
    }),
  },
  "GET /memory/threads/:threadId": { query: OneThread },
  "PATCH /memory/threads/:threadId": {
    query: OneThread,
    body: z.strictObject({
      resourceId: Name.optional(),
      title: z.string().max(1_000).optional(),
      metadata: z.record(z.string(), z.unknown()).optional(),
    }),
  },
  "DELETE /memory/threads/:threadId": { query: OneThread },
  "GET /memory/threads/:threadId/messages": {
    query: z.strictObject({
      ...Page,
      "orderBy[field]": z.enum(["createdAt"]).optional(),
      "orderBy[direction]": Direction,
    }),
  },
};

/** The route that a request is for, if it is one of Mastra's that are served. */
export function mastraRouteOf(method: string, path: string): MastraRoute | undefined {
  return PATTERNS.find((route) => route.method === method && route.pattern.test(path))?.route;
}

const PATTERNS = Object.entries(MASTRA_ROUTES).map(([key, route]) => {
  const [method = "", path = ""] = key.split(" ");
  return { method, pattern: new RegExp(`^/api${path.replace(/:\w+/g, "[^/]+")}$`), route };
});
