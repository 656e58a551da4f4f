import { setTimeout as delay } from "node:timers/promises";
import type { Handler } from "hono";
import type { Database } from "../database/index.ts";
import type { Load, RecentRequests } from "../load/index.ts";
import type { AgentModel } from "../model/index.ts";
import type { Turns } from "../turns/turns.ts";
import { VERSION } from "../version.ts";
import type { AgentEnv } from "./env.ts";

/** How long a check waits for the database, in milliseconds: below the time-out of any engine's probe. */
const DATABASE_MILLISECONDS = 1_500;
/** Share of failed requests in the last minute from which the agent is degraded, when there were enough to tell. */
const ERROR_RATE_DEGRADED = 0.05;
const REQUESTS_TO_TELL = 20;
/** Share of the memory limit from which the agent is degraded. */
const MEMORY_PERCENT_DEGRADED = 80;
/** Delay of the event loop from which the agent is degraded, in milliseconds: users notice it in a stream. */
const EVENT_LOOP_MILLISECONDS_DEGRADED = 250;
/** How long an agent without turns may be overloaded before only a restart helps, in seconds. */
const OVERLOAD_SECONDS_UNHEALTHY = 60;

/** What the agent's health is told from. */
export interface HealthParts {
  readonly database: Pick<Database, "kind">;
  readonly databaseAnswers: () => Promise<boolean>;
  readonly model: Pick<AgentModel, "states">;
  readonly load: Load;
  readonly requests: RecentRequests;
  readonly turns: Pick<Turns, "running" | "draining">;
  readonly connections: () => number;
}

type Status = "healthy" | "degraded" | "unhealthy";

/**
 * `GET /health`: 200 while it is healthy or degraded, 503 when only a restart helps. That is: an embedded database
 * that is stuck, or an overload that lasts although no turn runs. A PostgreSQL server that is away comes back by
 * itself: it makes the agent degraded and not ready, and doesn't end the turns that run.
 */
export function tellHealth(parts: HealthParts): Handler<AgentEnv> {
  return async (context) => {
    const databaseAnswers = await parts.databaseAnswers();
    const { status, problems } = judge(parts, databaseAnswers);
    const { residentMiB, heapUsedMiB, limitMiB, eventLoopMilliseconds } = parts.load.readings;
    const { requests, errorRate, averageResponseMilliseconds } = parts.requests.summary();
    return context.json(
      {
        status,
        phase: parts.turns.draining ? "draining" : "serving",
        problems,
        version: VERSION,
        time: new Date().toISOString(),
        uptimeSeconds: Math.round(process.uptime()),
        memory: {
          residentMiB: Math.round(residentMiB),
          heapUsedMiB: Math.round(heapUsedMiB),
          limitMiB: Math.round(limitMiB),
        },
        eventLoopDelayMilliseconds: Math.round(eventLoopMilliseconds),
        activeConnections: parts.connections(),
        activeTurns: parts.turns.running,
        lastMinute: {
          requests,
          errorRate: Number(errorRate.toFixed(4)),
          averageResponseMilliseconds: Math.round(averageResponseMilliseconds),
        },
        dependencies: {
          database: databaseAnswers ? "answers" : "silent",
          model: parts.model.states().some(({ asked }) => asked) ? "asked" : "resting",
        },
      },
      status === "unhealthy" ? 503 : 200,
    );
  };
}

/** The status and each reason for it. */
function judge(parts: HealthParts, databaseAnswers: boolean): { status: Status; problems: readonly string[] } {
  const { load } = parts;
  const { residentMiB, limitMiB, eventLoopMilliseconds } = load.readings;
  const { requests, errorRate } = parts.requests.summary();
  const models = parts.model.states();
  const resting = models.filter(({ asked }) => !asked).length;

  const fatal = [
    !databaseAnswers && parts.database.kind === "embedded" && "the embedded database doesn't answer",
    load.overloadSeconds >= OVERLOAD_SECONDS_UNHEALTHY &&
      parts.turns.running === 0 &&
      `overloaded (${load.overload}) without any turn`,
  ].filter((problem) => problem !== false);
  const passing = [
    !databaseAnswers && parts.database.kind === "postgresql" && "the PostgreSQL server doesn't answer",
    load.overload && `requests are refused: ${load.overload}`,
    residentMiB >= (limitMiB * MEMORY_PERCENT_DEGRADED) / 100 &&
      `memory above ${MEMORY_PERCENT_DEGRADED} % of its limit`,
    eventLoopMilliseconds >= EVENT_LOOP_MILLISECONDS_DEGRADED &&
      `event loop late by more than ${EVENT_LOOP_MILLISECONDS_DEGRADED} ms`,
    requests >= REQUESTS_TO_TELL &&
      errorRate >= ERROR_RATE_DEGRADED &&
      `more than ${ERROR_RATE_DEGRADED * 100} % of requests failed`,
    resting > 0 && `${resting} of ${models.length} language models failed too often and rest`,
  ].filter((problem) => typeof problem === "string");
  const status = fatal.length > 0 ? "unhealthy" : passing.length > 0 ? "degraded" : "healthy";
  return { status, problems: [...fatal, ...passing] };
}

/**
 * Checks whether the database answers, with a bound; checks that come while one runs share its result. A statement of
 * somebody else's that ends meanwhile says so too: one that has much to do isn't stuck, though the check waits in line.
 */
export function databaseCheck(database: CheckedDatabase): () => Promise<boolean> {
  let running: Promise<boolean> | undefined;
  return () => {
    running ??= answers(database).finally(() => {
      running = undefined;
    });
    return running;
  };
}

type CheckedDatabase = Pick<Database, "pool" | "statementsEnded">;

async function answers({ pool, statementsEnded = () => 0 }: CheckedDatabase): Promise<boolean> {
  const endedBefore = statementsEnded();
  const giveUp = new AbortController();
  // Between the statements of a long transaction nobody else gets a connection.
  const late = delay(DATABASE_MILLISECONDS, undefined, { signal: giveUp.signal }).then(
    () => statementsEnded() > endedBefore,
    () => false,
  );
  const query = pool.query("select 1 as alive").then(
    () => true,
    () => false,
  );
  const others = Promise.withResolvers<boolean>();
  const ended = (error: unknown) => {
    if (!error) others.resolve(true);
  };
  pool.on("release", ended);
  const result = await Promise.race([query, others.promise, late]);
  pool.off("release", ended);
  giveUp.abort();
  return result;
}
