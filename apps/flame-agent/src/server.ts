import { createServer, type Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { getRequestListener, RequestError } from "@hono/node-server";
import { createFlame, createMastra, INSTRUCTIONS } from "./agent.ts";
import type { Configuration } from "./configuration.ts";
import { type Database, openDatabase } from "./database/index.ts";
import { failureOf } from "./failures/index.ts";
import { createApplication, startingApplication } from "./http/application.ts";
import { answerParserErrors, malformation, refuse } from "./http/malformed.ts";
import { type Load, memoryLimitMiB, watchLoad } from "./load/index.ts";
import { describeError, type Logger } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { embeddingFor } from "./model/embedding.ts";
import { agentModel } from "./model/index.ts";
import { largeAnswersFor } from "./model/large-answers.ts";
import { permits } from "./permits.ts";
import { startTracing } from "./telemetry/index.ts";
import { approvedTools, createToolCalls } from "./tools/index.ts";
import { createOutbox } from "./tools/outbox.ts";
import { TurnAborted, Turns } from "./turns/turns.ts";
import { createChatMetrics, openChat } from "./workflow/index.ts";

/** Idle connections live longer than a load balancer's (60 s is usual), so that it never sends into a closing one. */
const KEEP_ALIVE_MILLISECONDS = 75_000;
/** What aborted turns have to send their last event, in milliseconds. */
const ABORTED_TURNS_MILLISECONDS = 3_000;
/** What requests other than turns have to be answered once the server takes no more, in milliseconds. */
const LAST_REQUESTS_MILLISECONDS = 1_000;

type Fetch = Parameters<typeof getRequestListener>[0];

/** A running agent. */
export interface RunningAgent {
  readonly port: number;
  /** Every route that it serves, by method and pattern. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /**
   * Takes no new turns, waits for the running ones (at most `drainSeconds`, or until `hurry` is aborted), stops the
   * others, and closes all. Resolves with how many had to be stopped.
   */
  stop(hurry: AbortSignal): Promise<{ readonly stoppedTurns: number }>;
}

/**
 * Starts listening at once (not ready yet), then opens the database and Mastra. `open` opens the database; the
 * configured one unless a caller brings another.
 */
export async function startAgent(
  configuration: Configuration,
  log: Logger,
  onFatal: (error: Error) => void,
  open: () => Promise<Database> = () => openDatabase(configuration.database, log, onFatal),
): Promise<RunningAgent> {
  const metrics = createMetrics(configuration.operations.modelCare);
  const turns = new Turns(metrics, configuration.turnMaxSeconds);
  const tracing = await startTracing(configuration.operations.traces);
  let app = startingApplication();
  const { server, port, connections } = await listen(
    configuration,
    (...request: Parameters<typeof app.fetch>) => app.fetch(...request),
    metrics,
    log,
  );
  let load: Load | undefined;
  try {
    const database = await open();
    const { modelCare, shed } = configuration.operations;
    const leftMiB = (memoryLimitMiB() * shed.memoryPercent) / 100 - process.memoryUsage.rss() / 1024 ** 2;
    const large = permits(largeAnswersFor(leftMiB, modelCare.answerLimitKiB));
    const model = agentModel(configuration.model, modelCare, metrics, log, large);
    const outbox = createOutbox(database.pool);
    const toolCalls = createToolCalls(metrics, log, modelCare.answerLimitKiB);
    const approved = approvedTools(toolCalls, outbox);
    const chatMetrics = createChatMetrics(metrics.registry);
    const { agent, memory } = createFlame({
      configuration,
      database,
      languageModel: model.languageModel,
      toolCalls,
      approvedTools: approved,
      chatMetrics,
      log,
    });
    const chat = await openChat({
      configuration,
      database,
      embedding: embeddingFor(configuration.chat.embedding),
      agent,
      memory,
      approvedTools: approved,
      maker: [INSTRUCTIONS, JSON.stringify({ ...configuration.model, apiKey: undefined })],
      metrics: chatMetrics,
      log,
    });
    const mastra = createMastra(agent, chat.workflow, database.store, log);
    // Watched only now: what loading took is no reason to refuse the first requests.
    const watched = watchLoad(configuration.operations.shed);
    load = watched;
    app = await createApplication({
      configuration,
      mastra,
      chat,
      outbox,
      database,
      model,
      turns,
      load: watched,
      connections,
      metrics,
      log,
    });

    const stop = async (hurry: AbortSignal) => {
      await untilFirst(turns.drain(), configuration.drainSeconds * 1000, hurry);
      const stoppedTurns = turns.running;
      turns.abortAll(new TurnAborted("shut-down", "The server had to stop before the turn was over"));
      await untilFirst(turns.drain(), ABORTED_TURNS_MILLISECONDS);
      await closeServer(server);
      await chat.close();
      await mastra.shutdown();
      await database.close();
      watched.stop();
      await tracing.stop();
      return { stoppedTurns };
    };
    return { port, routes: routesOf(app), stop };
  } catch (error) {
    await closeServer(server);
    load?.stop();
    await tracing.stop();
    throw error;
  }
}

/** The routes of the application, each once; middleware, which is for all methods, is none. */
function routesOf(app: ReturnType<typeof startingApplication>): RunningAgent["routes"] {
  const routes = app.routes.filter(({ method }) => method !== "ALL");
  return [...new Map(routes.map(({ method, path }) => [`${method} ${path}`, { method, path }])).values()];
}

/** A server that listens. */
interface Listening {
  readonly server: Server;
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: () => number;
}

async function listen(configuration: Configuration, fetch: Fetch, metrics: Metrics, log: Logger): Promise<Listening> {
  const answer = getRequestListener(fetch, { errorHandler: (error) => lastAnswer(error, log) });
  const refused = () => metrics.countRefusedRequest("malformed");
  // A request without a host is refused by `malformation`: Node itself would answer it without a body.
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MILLISECONDS, requireHostHeader: false },
    (request, response) => {
      const refusal = malformation(request);
      if (!refusal) return void answer(request, response);
      refused();
      refuse(response, refusal);
    },
  );
  answerParserErrors(server, refused);
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    socket.once("close", () => {
      connections -= 1;
    });
  });
  const listening = Promise.withResolvers<void>();
  server.once("error", (error) => listening.reject(cannotListen(configuration, error)));
  server.listen(configuration.port, configuration.host, listening.resolve);
  await listening.promise;
  const address = server.address();
  return {
    server,
    port: typeof address === "object" && address ? address.port : configuration.port,
    connections: () => connections,
  };
}

/** What is answered where not even the application could: in our own words and not the library's. */
function lastAnswer(error: unknown, log: Logger): Response {
  if (error instanceof RequestError) return Response.json({ error: "The request can't be read" }, { status: 400 });
  const { message, reference } = failureOf(error);
  log.error({ error: describeError(error), reference }, "request failed");
  return Response.json({ error: message, reference }, { status: 500 });
}

function cannotListen(configuration: Configuration, error: Error): Error {
  const code = "code" in error ? String(error.code) : error.message;
  return new Error(
    `FLAME_HOST, FLAME_PORT: can't listen on "${configuration.host}" port ${configuration.port} (${code}); allowed: an address of this machine with a free port; fix: stop what holds the port or set another`,
  );
}

/** Waits for `done`, but no longer than the time given and not after `hurry`. */
async function untilFirst(done: Promise<void>, milliseconds: number, hurry?: AbortSignal): Promise<void> {
  const finished = new AbortController();
  const signal = hurry ? AbortSignal.any([finished.signal, hurry]) : finished.signal;
  await Promise.race([done, delay(milliseconds, undefined, { signal }).catch(() => undefined)]);
  finished.abort();
}

async function closeServer(server: Server): Promise<void> {
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await untilFirst(closed.promise, LAST_REQUESTS_MILLISECONDS);
  server.closeAllConnections();
  await closed.promise;
}
