import { randomUUID } from "node:crypto";
import { MastraError } from "@mastra/core/error";
import { MASTRA_RESOURCE_ID_KEY, MASTRA_THREAD_ID_KEY, type RequestContext } from "@mastra/core/request-context";
import { MastraServer } from "@mastra/hono";
import type { Context, MiddlewareHandler } from "hono";
import type { z } from "zod";
import { asCaller, type ThreadClaim, type Threads } from "../database/index.ts";
import { MessageAccumulator } from "../load/index.ts";
import type { Logger } from "../log.ts";
import { currentRequest, noteCaught } from "../request-scope.ts";
import { ownedName } from "../tenants/index.ts";
import type { AgentEnv } from "./env.ts";
import { answerFailure } from "./failure-answer.ts";
import { isRecord } from "./is-record.ts";
import { whyClosed } from "./mastra-closed.ts";
import { MASTRA_ROUTES, type MastraRoute, mastraRouteOf } from "./mastra-routes.ts";
import { maskedStream } from "./mastra-stream.ts";
import { MessagesRefused, takeMessages } from "./messages.ts";
import { ownerOf, resourceOf } from "./owner.ts";
import { problemsOf } from "./problems.ts";
import { replaceBody } from "./replace-body.ts";

/** What a client is told that names a thread of another resource. */
export const THREAD_OF_ANOTHER =
  "The thread belongs to another resource; allowed: its own; fix: name that resource or a new thread";
const THREAD_THERE = "The thread is there already; allowed: a new one; fix: PATCH it, or leave the id out";

/** What is asked about a thread's messages that the storage alone can answer. */
const STORAGE_OPTIONS = ["filter", "include", "orderBy", "orderBy[field]", "orderBy[direction]"];

interface MastraVariables {
  requestContext: RequestContext;
  abortSignal: AbortSignal;
}
type MastraContext = Context<AgentEnv & { Variables: AgentEnv["Variables"] & MastraVariables }>;

/** Mastra's server with the routes of {@link MASTRA_ROUTES} alone. */
export class NarrowMastraServer extends MastraServer {
  readonly #log: Logger;

  constructor(options: ConstructorParameters<typeof MastraServer>[0], log: Logger) {
    super(options);
    this.#log = log;
  }

  override async registerRoute(...[app, route, options]: Parameters<MastraServer["registerRoute"]>): Promise<void> {
    if (!(`${route.method} ${route.path}` in MASTRA_ROUTES)) return;
    const handler: typeof route.handler = async (parameters) => {
      try {
        return await route.handler(parameters);
      } catch (error) {
        return noteCaught(failedInside(error));
      }
    };
    await super.registerRoute(app, { ...route, handler }, options);
  }

  override async stream(...[route, context, result]: Parameters<MastraServer["stream"]>): Promise<unknown> {
    const chunks = result instanceof ReadableStream ? result : result.fullStream;
    return super.stream(route, context, { fullStream: maskedStream(chunks, this.#log) });
  }

  override registerUserMiddleware(): void {
    super.registerUserMiddleware();
    this.app.use("/api/*", bindToTenant);
  }
}

/**
 * What failed while a run began, which Mastra takes for the client's mistake where a message began it; mistakes of
 * clients are refused before.
 */
function failedInside(error: unknown): unknown {
  const isRefusal = error instanceof Error && "status" in error && error.status === 400;
  return isRefusal && error.cause instanceof MastraError ? error.cause : error;
}

/** Makes sure that Mastra works for the request's tenant and stops with its turn, whatever the client sent. */
const bindToTenant: MiddlewareHandler = async (context: MastraContext, next) => {
  const requestContext = context.get("requestContext");
  requestContext.set("tenant", context.get("tenant"));
  const owned = context.get("owned");
  if (owned) requestContext.set(MASTRA_RESOURCE_ID_KEY, owned.resource);
  if (owned?.thread !== undefined) requestContext.set(MASTRA_THREAD_ID_KEY, owned.thread);
  const turn = context.get("turn");
  if (turn) context.set("abortSignal", turn.signal);
  await (owned ? asCaller(owned, next) : next());
};

/**
 * Refuses what isn't among the allowed names and values of a served route, answers 404 for the others and for agents that
 * aren't among `agents`, and hands on a body in which threads and resources bear the tenant's own names and no more than
 * `messagesMax` messages are left.
 */
export function guardMastraRoutes(
  messagesMax: number,
  agents: ReadonlySet<string>,
  threads: Threads,
  log: Logger,
): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const { method, path } = context.req;
    const route = mastraRouteOf(method, path);
    if (!route) {
      return context.json({ error: `No route for ${method} on this path is served here: ${whyClosed(path)}` }, 404);
    }
    const query = route.query.safeParse(context.req.query());
    if (!query.success) return refused(context, "query", query.error);
    // Mastra looks an agent up by a name that every object has, too.
    const isUnknown = [agentInPath(path), context.req.query("agentId")].some(
      (name) => name !== undefined && !agents.has(name),
    );
    if (isUnknown) return context.json({ error: `No agent of this name; allowed: ${[...agents].join(", ")}` }, 404);
    const tenant = context.get("tenant");
    const named = threadInPath(path);
    const owner = named === undefined ? undefined : await threads.ownerOf(ownedName(tenant, named));
    if (named !== undefined && owner === undefined) return context.json({ error: "No thread of this id" }, 404);
    if (!route.body) {
      replaceRequest(context, undefined);
      const refusal = await takeThread(context, threads, route, ownedNames(context, undefined, owner), {});
      if (refusal) return refusal;
      await next();
      hideFailure(context, log);
      return keepRoles(context, rolesIn(query.data));
    }

    const body = route.body.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return refused(context, "body", body.error);
    // A thread that is made without a name gets one here, so that it is claimed under it too.
    const data = route.thread === "make" && isRecord(body.data) ? { threadId: randomUUID(), ...body.data } : body.data;
    // A turn without memory has no thread, and Mastra refuses a resource without one.
    const remembers = !isRecord(data) || !("messages" in data) || data.memory !== undefined;
    const owned = remembers ? ownedNames(context, data, owner) : undefined;
    const told = rewritten(data, context, messagesMax);
    try {
      replaceRequest(context, await withTakenMessages(told, tenant, owned, threads));
    } catch (error) {
      if (!(error instanceof MessagesRefused)) throw error;
      return context.json({ error: "The body is refused", problems: error.message }, 400);
    }
    const refusal = await takeThread(context, threads, route, owned, detailsIn(data));
    if (refusal) return refusal;
    await next();
    return hideFailure(context, log);
  };
}

/** Has the request be about its thread, where that is its resource's or the route may make it so; or says why not. */
async function takeThread(
  context: Context<AgentEnv>,
  threads: Threads,
  route: MastraRoute,
  owned: AgentEnv["Variables"]["owned"],
  details: ThreadDetails,
): Promise<Response | undefined> {
  if (!owned) return undefined;
  context.set("owned", owned);
  const { thread, resource } = owned;
  if (thread === undefined) return undefined;
  if (!route.thread) {
    const owner = await threads.ownerOf(thread);
    const refused = owner !== undefined && owner !== resource;
    return refused ? context.json({ error: THREAD_OF_ANOTHER }, 403) : undefined;
  }
  const claimed = await threads.claim({ thread, resource, ...details });
  if (claimed === "other") return context.json({ error: THREAD_OF_ANOTHER }, 409);
  return claimed === "own" && route.thread === "make" ? context.json({ error: THREAD_THERE }, 409) : undefined;
}

function refused(context: Context<AgentEnv>, part: "query" | "body", error: z.ZodError): Response {
  return context.json({ error: `The ${part} is refused`, problems: problemsOf(error) }, 400);
}

/** What failed inside is in the log; its words may quote a query or a key, and are not for the client. */
function hideFailure(context: Context<AgentEnv>, log: Logger): void {
  if (context.res.status < 500) return;
  const { caught } = currentRequest() ?? {};
  context.res = answerFailure(context, log, caught ?? new Error(`Mastra answered ${context.res.status}`));
}

/** Leaves messages of these roles in the page: the database isn't asked by role. */
async function keepRoles(context: Context<AgentEnv>, roles: readonly unknown[] | undefined): Promise<void> {
  if (roles === undefined || !context.res.ok) return;
  const page: unknown = await context.res.json();
  if (!isRecord(page) || !Array.isArray(page.messages)) throw new Error("Mastra told no messages");
  const messages = page.messages.filter((message) => isRecord(message) && roles.includes(message.role));
  context.res = context.json({ ...page, messages });
}

function rolesIn(query: unknown): readonly unknown[] | undefined {
  if (!isRecord(query) || !isRecord(query.filter) || !Array.isArray(query.filter.roles)) return undefined;
  return query.filter.roles;
}

/**
 * The tenant's own names of the resource and the thread that the request is about. One that names a thread and no
 * resource is about the thread's owner, as Mastra's client can't name one there: a tenant's token is trusted to say
 * whom it asks for, and who asks for another than the owner is refused.
 */
function ownedNames(
  context: Context<AgentEnv>,
  body: unknown,
  owner: string | undefined,
): AgentEnv["Variables"]["owned"] {
  const tenant = context.get("tenant");
  const names = namesIn(body);
  const thread = names.thread ?? threadInPath(context.req.path);
  const named = names.resource ?? context.req.query("resourceId");
  const { resource = owner } = ownerOf(context, named);
  return {
    resource: ownedName(tenant, resource ?? resourceOf(context)),
    thread: thread === undefined ? undefined : ownedName(tenant, thread),
  };
}

/** The body as Mastra gets it. */
function rewritten(body: unknown, context: Context<AgentEnv>, messagesMax: number): unknown {
  if (!isRecord(body)) return body;
  const tenant = context.get("tenant");
  const { requestContext: _, agentId: _agent, ...told } = body;
  const { memory, messages, threadId, resourceId } = told;
  return {
    ...told,
    ...(Array.isArray(messages) && { messages: lastMessages(messages, messagesMax) }),
    ...(isRecord(memory) && { memory: ownedMemory(memory, context) }),
    ...(!("messages" in body) && {
      resourceId: ownedName(tenant, resourceOf(context, typeof resourceId === "string" ? resourceId : undefined)),
    }),
    ...(typeof threadId === "string" && { threadId: ownedName(tenant, threadId) }),
  };
}

async function withTakenMessages(
  body: unknown,
  tenant: string,
  owned: AgentEnv["Variables"]["owned"],
  threads: Threads,
) {
  if (!isRecord(body) || !Array.isArray(body.messages)) return body;
  return { ...body, messages: await takeMessages(body.messages, tenant, owned, threads) };
}

function ownedMemory(memory: Record<string, unknown>, context: Context<AgentEnv>): Record<string, unknown> {
  const tenant = context.get("tenant");
  const { thread, resource } = memory;
  return {
    ...memory,
    resource: ownedName(tenant, resourceOf(context, typeof resource === "string" ? resource : undefined)),
    ...(typeof thread === "string" && { thread: ownedName(tenant, thread) }),
    ...(isRecord(thread) &&
      typeof thread.id === "string" && { thread: { ...thread, id: ownedName(tenant, thread.id) } }),
  };
}

function lastMessages(messages: readonly unknown[], max: number): unknown[] {
  const held = new MessageAccumulator<unknown>(max);
  for (const message of messages) {
    held.add(message, isRecord(message) && typeof message.id === "string" ? message.id : undefined);
  }
  return held.all();
}

function namesIn(body: unknown): { readonly thread?: string; readonly resource?: string } {
  if (!isRecord(body)) return {};
  const memory = isRecord(body.memory) ? body.memory : undefined;
  const thread = isRecord(memory?.thread) ? memory.thread.id : (memory?.thread ?? body.threadId);
  const resource = memory?.resource ?? body.resourceId;
  return {
    ...(typeof thread === "string" && { thread }),
    ...(typeof resource === "string" && { resource }),
  };
}

/** What a thread is to be called and to hold where the request makes it. */
type ThreadDetails = Pick<ThreadClaim, "title" | "metadata">;

function detailsIn(body: unknown): ThreadDetails {
  if (!isRecord(body)) return {};
  const memory = isRecord(body.memory) ? body.memory : undefined;
  const { title, metadata } = isRecord(memory?.thread) ? memory.thread : body;
  return { ...(typeof title === "string" && { title }), ...(isRecord(metadata) && { metadata }) };
}

function agentInPath(path: string): string | undefined {
  return decoded(/^\/api\/agents\/([^/]+)/.exec(path));
}

function threadInPath(path: string): string | undefined {
  return decoded(/^\/api\/memory\/threads\/([^/]+)/.exec(path));
}

function decoded(match: RegExpExecArray | null): string | undefined {
  const [, encoded] = match ?? [];
  return encoded === undefined ? undefined : decodeURIComponent(encoded);
}

/** Makes the rewritten body, or none, and the query without the caller's context the ones that everything behind reads. */
function replaceRequest(context: Context<AgentEnv>, body: unknown): void {
  const url = new URL(context.req.raw.url);
  url.searchParams.delete("requestContext");
  // Mastra's memory keeps messages in its own order and without what is around one; its storage does as it is asked.
  if (STORAGE_OPTIONS.some((name) => url.searchParams.has(name))) url.searchParams.delete("agentId");
  replaceBody(context, body, url);
}
