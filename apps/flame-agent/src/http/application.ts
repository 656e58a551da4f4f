import type { Mastra } from "@mastra/core/mastra";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Configuration } from "../configuration.ts";
import { createThreads, type Database } from "../database/index.ts";
import { type Load, RecentRequests, shedLoad } from "../load/index.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { AgentModel } from "../model/index.ts";
import { inRequest } from "../request-scope.ts";
import { authentication, DEFAULT_TENANT } from "../tenants/index.ts";
import type { Outbox } from "../tools/outbox.ts";
import { threadRuns } from "../turns/thread-runs.ts";
import { trackTurns, turnOf } from "../turns/track.ts";
import type { Turns } from "../turns/turns.ts";
import { VERSION } from "../version.ts";
import type { Chat } from "../workflow/index.ts";
import { controlAccess, operatorsOnly, PROBE_PATHS } from "./access.ts";
import { guardAddresses } from "./addresses.ts";
import { checkBody } from "./body.ts";
import { saidNow } from "./chat-route.ts";
import { addChatRoutes } from "./chat-routes.ts";
import type { AgentEnv } from "./env.ts";
import { answerFailure } from "./failure-answer.ts";
import { databaseCheck, tellHealth } from "./health.ts";
import { keepStreamsAlive } from "./heartbeat.ts";
import { holdThread } from "./hold-thread.ts";
import { guardMastraRoutes, NarrowMastraServer } from "./mastra-server.ts";
import { observeRequests, routeOf } from "./observe.ts";
import { openApi } from "./openapi.ts";
import { ownHostsOnly } from "./own-hosts.ts";
import { OtherUser } from "./owner.ts";
import { allowOrigins, securityHeaders } from "./security-headers.ts";
import { STOP_PATH, stopThread } from "./stop-thread.ts";
import { traceRequests } from "./trace-requests.ts";
import { closeUnread } from "./unread-body.ts";

/** What the routes are made of. */
export interface ApplicationParts {
  readonly configuration: Configuration;
  readonly mastra: Mastra;
  readonly chat: Chat;
  readonly outbox: Outbox;
  readonly database: Database;
  readonly model: Pick<AgentModel, "states">;
  readonly turns: Turns;
  readonly load: Load;
  /** Connections that are open now. */
  readonly connections: () => number;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** All routes: ours first, then Mastra's below `/api`. */
export async function createApplication(parts: ApplicationParts): Promise<Hono<AgentEnv>> {
  const { configuration, mastra, chat, outbox, database, turns, load, metrics, log } = parts;
  const { security, metricsPath } = configuration;
  const app = new Hono<AgentEnv>();
  const databaseAnswers = databaseCheck(database);
  const requests = new RecentRequests();
  const flame = mastra.getAgent("flame");
  const runs = threadRuns(flame, chat.suspended);

  app.use(
    (context, next) => {
      context.set("tenant", DEFAULT_TENANT);
      return inRequest(next);
    },
    closeUnread,
    traceRequests((context) => ({ route: routeOf(context) })),
    observeRequests(metrics, requests, log),
    ...securityHeaders(),
    ownHostsOnly(security, metrics),
    keepStreamsAlive(configuration.turnHeartbeatSeconds, log),
    shedLoad(load, metrics, new Set([...PROBE_PATHS, metricsPath])),
    allowOrigins(security.corsOrigins),
    controlAccess({ authenticate: authentication(configuration), rateLimit: security.rateLimit, metrics }),
    bodyLimit({
      maxSize: configuration.bodyLimitKiB * 1024,
      onError: (context) =>
        context.json(
          { error: `The body is larger than ${configuration.bodyLimitKiB} KiB (FLAME_BODY_LIMIT_KIB)` },
          413,
        ),
    }),
    checkBody(security.messageLimitCharacters, askedBy),
    trackTurns(turns, metrics, runs),
    guardAddresses(configuration.fetching, metrics),
  );
  const agents = new Set(Object.keys(mastra.listAgents()));
  const threads = createThreads(database.pool);
  app.use("/api/*", guardMastraRoutes(security.messagesMax, agents, threads, log));
  app.post(STOP_PATH, stopThread(chat.stops));
  app.use("/api/*", holdThread({ leases: chat.leases, agent: flame, runs, records: chat.records, threads, log }));

  app.get("/health", tellHealth({ ...parts, databaseAnswers, requests }));

  app.get("/ready", async (context) => {
    if (turns.draining) return context.json({ status: "draining", turns: turns.running }, 503);
    return (await databaseAnswers())
      ? context.json({ status: "ready" })
      : context.json({ status: "database unreachable" }, 503);
  });

  app.get(metricsPath, operatorsOnly, async (context) =>
    context.body(await metrics.registry.metrics(), 200, { "Content-Type": metrics.registry.contentType }),
  );

  addChatRoutes(app, chat, outbox);
  const document = openApi(metricsPath);
  app.get("/openapi.json", (context) => context.json(document));

  app.notFound((context) => {
    const { method, path } = context.req;
    const allowed = methodsAt(app, path);
    if (allowed.length === 0) return context.json({ error: `No route for ${method} on this path` }, 404);
    const error = `The method ${method} isn't allowed here; allowed: ${allowed.join(", ")}`;
    return context.json({ error }, 405, { Allow: allowed.join(", ") });
  });
  app.onError((error, context) => {
    // A client that leaves before its body is whole is no failure of ours; nobody reads this answer. A body that was
    // read to its end is destroyed too.
    const { destroyed, complete } = context.env.incoming;
    if (destroyed && !complete) return context.json({ error: "The request broke off" }, 400);
    if (error instanceof OtherUser) return context.json({ error: error.message }, 403);
    return answerFailure(context, log, error);
  });

  await new NarrowMastraServer({ app, mastra }, log).init();
  return app;
}

/** What of a body a turn is asked by, where the route takes one. */
function askedBy(method: string, path: string, body: unknown): unknown {
  if (turnOf(method, path) === undefined) return undefined;
  return path === "/chat" ? saidNow(body) : body;
}

/** The methods that a path has a route for. */
function methodsAt(app: Hono<AgentEnv>, path: string): readonly string[] {
  const matching = app.routes.filter(({ method, path: pattern }) => {
    const expression = new RegExp(`^${pattern.replace(/:\w+/g, "[^/]+")}$`);
    return method !== "ALL" && expression.test(path);
  });
  return [...new Set(matching.map(({ method }) => method))];
}

/** What is answered before the database and Mastra are there: alive, and not ready. */
export function startingApplication(): Hono<AgentEnv> {
  const app = new Hono<AgentEnv>();
  app.use(closeUnread, ...securityHeaders());
  app.get("/health", (context) =>
    context.json({
      status: "healthy",
      phase: "starting",
      version: VERSION,
      uptimeSeconds: Math.round(process.uptime()),
    }),
  );
  app.all("*", (context) => context.json({ status: "starting" }, 503, { "Retry-After": "1" }));
  return app;
}
