import type { Problem } from "../core/index.ts";
import type { TurnSettings } from "./turns.settings.ts";

/** One timeout of the chain that a turn passes through, with the shortest that keeps the turn whole. */
export interface TurnLink {
  /** Who waits: `agent`, `container engine`, `desktop connector`, `proxy`, `Kubernetes`. */
  readonly holder: string;
  readonly timeout: string;
  /** What runs it down: `silence`, which each heartbeat ends, or the turn's whole `life`. */
  readonly counts: "silence" | "life";
  readonly seconds: number;
  readonly atLeastSeconds: number;
  readonly because: string;
}

/** The timeouts that follow from the longest turn, wherever it runs. */
export interface TurnChain {
  readonly maxSeconds: number;
  readonly drainMarginSeconds: number;
  /** Silence of a stream after which the agent sends a comment line. */
  readonly heartbeatSeconds: number;
  /** How long the agent waits for running turns after a stop signal. */
  readonly drainSeconds: number;
  /** How long an engine waits between the stop signal and the kill. */
  readonly stopGraceSeconds: number;
  /**
   * How long a proxy waits for the next byte. Streams need two heartbeats of it; it is as long as a turn for answers that
   * are no stream.
   */
  readonly proxyTimeoutSeconds: number;
  readonly links: readonly TurnLink[];
}

/** A desktop's chain. */
export interface TurnPlan extends TurnChain {
  /** How long the connector waits for the engine when the app closes. */
  readonly appStopSeconds: number;
}

/** Derives the chain of a desktop: agent, container engine, connector. Each link outlasts the one inside it. */
export function planTurns(turns: TurnSettings): TurnPlan {
  const { maxSeconds, drainMarginSeconds, heartbeatSeconds } = turns;
  const drainSeconds = maxSeconds + drainMarginSeconds;
  const stopGraceSeconds = turns.stopGraceSeconds ?? drainSeconds + drainMarginSeconds;
  const proxyTimeoutSeconds = proxyTimeoutOf({ drainSeconds, heartbeatSeconds });
  const appStopSeconds = stopGraceSeconds + drainMarginSeconds;

  return {
    maxSeconds,
    drainMarginSeconds,
    heartbeatSeconds,
    drainSeconds,
    stopGraceSeconds,
    proxyTimeoutSeconds,
    appStopSeconds,
    links: [
      drainLink({ maxSeconds, drainSeconds }),
      {
        holder: "container engine",
        timeout: "stop grace",
        counts: "life",
        seconds: stopGraceSeconds,
        atLeastSeconds: drainSeconds,
        because: "a kill before the agent's drain has ended cuts its turns",
      },
      silenceLink("desktop connector", "proxy read", proxyTimeoutSeconds, heartbeatSeconds),
      {
        holder: "desktop connector",
        timeout: "wait for the stop",
        counts: "life",
        seconds: appStopSeconds,
        atLeastSeconds: stopGraceSeconds,
        because: "the app must outlive the containers that it stops",
      },
    ],
  };
}

/** The agent's own link, the innermost of every chain. */
export function drainLink({ maxSeconds, drainSeconds }: Pick<TurnChain, "maxSeconds" | "drainSeconds">): TurnLink {
  return {
    holder: "agent",
    timeout: "drain",
    counts: "life",
    seconds: drainSeconds,
    atLeastSeconds: maxSeconds,
    because: "a turn that has just begun may take turns.maxSeconds",
  };
}

/** Heartbeats that an idle timeout must outlast: one may come late. */
const HEARTBEATS = 2;

/** A timeout that each byte begins anew: no turn is so long that it breaks it, only a silence without a heartbeat is. */
export function silenceLink(holder: string, timeout: string, seconds: number, heartbeatSeconds: number): TurnLink {
  return {
    holder,
    timeout,
    counts: "silence",
    seconds,
    atLeastSeconds: HEARTBEATS * heartbeatSeconds,
    because: `a silent stream has a heartbeat every ${heartbeatSeconds} s, of which one may come late`,
  };
}

/** The idle timeout that is derived for a proxy. */
export function proxyTimeoutOf(chain: Pick<TurnChain, "drainSeconds" | "heartbeatSeconds">): number {
  return Math.max(chain.drainSeconds, HEARTBEATS * chain.heartbeatSeconds);
}

/** What of the settings breaks the chain, with the arithmetic. */
export function checkTurns(turns: TurnSettings): Problem[] {
  const { maxSeconds, drainMarginSeconds, stopGraceSeconds } = turns;
  const needed = maxSeconds + drainMarginSeconds;
  if (stopGraceSeconds === undefined || stopGraceSeconds >= needed) return [];
  const longestTurn = stopGraceSeconds - drainMarginSeconds;
  return [
    {
      path: "turns.stopGraceSeconds",
      given: `${stopGraceSeconds}`,
      allowed: `at least ${needed} (turn ${maxSeconds} s + drain ${drainMarginSeconds} s): the container engine's stop is the link that breaks`,
      mend:
        longestTurn >= 5
          ? `remove turns.stopGraceSeconds to have it derived, or lower turns.maxSeconds to ${longestTurn}`
          : "remove turns.stopGraceSeconds to have it derived",
    },
  ];
}
