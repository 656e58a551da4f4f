import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Mastra } from "@mastra/core/mastra";
import { MastraServer } from "@mastra/hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Configuration } from "../configuration.ts";
import type { Database } from "../database/index.ts";
import { describeError, type Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { DEFAULT_TENANT } from "../tenants/tenant.ts";
import type { Outbox } from "../tools/outbox.ts";
import { trackTurns } from "../turns/track.ts";
import type { Turns } from "../turns/turns.ts";
import { VERSION } from "../version.ts";
import type { Chat } from "../workflow/index.ts";
import { requireToken } from "./access.ts";
import { addChatRoutes } from "./chat-routes.ts";
import type { AgentEnv } from "./env.ts";
import { databaseCheck } from "./health.ts";
import { observeRequests } from "./observe.ts";

/** What the routes are made of. */
export interface ApplicationParts {
  readonly configuration: Configuration;
  readonly mastra: Mastra;
  readonly chat: Chat;
  readonly outbox: Outbox;
  readonly database: Database;
  readonly turns: Turns;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** All routes: ours first, then Mastra's below `/api`. */
export async function createApplication({
  configuration,
  mastra,
  chat,
  outbox,
  database,
  turns,
  metrics,
  log,
}: ApplicationParts): Promise<Hono<AgentEnv>> {
  const app = new Hono<AgentEnv>();
  const databaseAnswers = databaseCheck(database);
  const eventLoop = monitorEventLoopDelay({ resolution: 20 });
  eventLoop.enable();

  app.use((context, next) => {
    context.set("tenant", DEFAULT_TENANT);
    return next();
  });
  app.use(observeRequests(metrics, log));
  if (configuration.accessToken !== undefined) app.use(requireToken(configuration.accessToken));
  app.use(
    bodyLimit({
      maxSize: configuration.bodyLimitKiB * 1024,
      onError: (context) =>
        context.json(
          { error: `The body is larger than ${configuration.bodyLimitKiB} KiB (FLAME_BODY_LIMIT_KIB)` },
          413,
        ),
    }),
  );
  app.use(trackTurns(turns, metrics));

  // A restart mends an embedded database that is stuck; a server that is away comes back by itself, so its absence
  // takes the agent out of service (/ready) and doesn't end the turns that run.
  app.get("/health", async (context) => {
    const answers = await databaseAnswers();
    const alive = answers || database.kind === "postgresql";
    const eventLoopDelayMilliseconds = Math.round(eventLoop.percentile(99) / 1e6);
    eventLoop.reset();
    const details = {
      version: VERSION,
      uptimeSeconds: Math.round(process.uptime()),
      database: answers ? "answers" : "silent",
      eventLoopDelayMilliseconds,
    };
    return context.json({ status: alive ? "alive" : "stuck", ...details }, alive ? 200 : 503);
  });

  app.get("/ready", async (context) => {
    if (turns.draining) return context.json({ status: "draining", turns: turns.running }, 503);
    return (await databaseAnswers())
      ? context.json({ status: "ready" })
      : context.json({ status: "database unreachable" }, 503);
  });

  app.get(configuration.metricsPath, async (context) =>
    context.body(await metrics.registry.metrics(), 200, { "Content-Type": metrics.registry.contentType }),
  );

  addChatRoutes(app, chat, outbox, log);

  app.notFound((context) => context.json({ error: `No route for ${context.req.method} on this path` }, 404));
  app.onError((error, context) => {
    log.error({ error: describeError(log, error) }, "request failed");
    return context.json({ error: "The request failed" }, 500);
  });

  await new MastraServer({ app, mastra }).init();
  return app;
}

/** What is answered before the database and Mastra are there. */
export function startingApplication(): Hono<AgentEnv> {
  const app = new Hono<AgentEnv>();
  app.get("/health", (context) =>
    context.json({ status: "starting", version: VERSION, uptimeSeconds: Math.round(process.uptime()) }),
  );
  app.all("*", (context) => context.json({ status: "starting" }, 503, { "Retry-After": "1" }));
  return app;
}
