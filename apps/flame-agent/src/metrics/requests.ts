import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { TurnOutcome } from "../turns/outcome.ts";

/** Bounds in seconds: requests that answer at once, and turns of up to some minutes. */
const REQUEST_BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 30, 60, 120, 180, 300];
const TURN_BUCKETS = [0.5, 1, 2, 5, 10, 30, 60, 90, 120, 180, 300, 600];

/** Why a request got no further than the routes' door. */
type RefusedFor = "overload" | "rate" | "authentication" | "malformed" | "address" | "host" | "origin";

/** Metrics of requests and turns: rate, errors, duration, and what was refused. */
export function requestMetrics(registry: Registry) {
  const registers = [registry];
  const requests = new Counter({
    name: "flame_http_requests_total",
    help: "Requests answered.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const requestSeconds = new Histogram({
    name: "flame_http_request_duration_seconds",
    help: "From a request's arrival to the end of its response, in seconds.",
    labelNames: ["method", "route"],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const requestsRefused = new Counter({
    name: "flame_http_requests_refused_total",
    help: "Requests refused before any route saw them, by why.",
    labelNames: ["reason"],
    registers,
  });
  const turnsActive = new Gauge({ name: "flame_turns_active", help: "Turns that run now.", registers });
  const turns = new Counter({
    name: "flame_turns_total",
    help: "Turns that have ended, by how.",
    labelNames: ["outcome"],
    registers,
  });
  const turnsRefused = new Counter({
    name: "flame_turns_refused_total",
    help: "Turns refused while shutting down.",
    registers,
  });
  const turnSeconds = new Histogram({
    name: "flame_turn_duration_seconds",
    help: "Length of a turn, in seconds.",
    buckets: TURN_BUCKETS,
    registers,
  });

  return {
    countRequest(method: string, route: string, status: number, seconds: number): void {
      requests.inc({ method, route, status });
      requestSeconds.observe({ method, route }, seconds);
    },

    countRefusedRequest(reason: RefusedFor): void {
      requestsRefused.inc({ reason });
    },

    countTurnStart(): void {
      turnsActive.inc();
    },

    countTurnEnd(outcome: TurnOutcome, seconds: number): void {
      turnsActive.dec();
      turns.inc({ outcome });
      turnSeconds.observe(seconds);
    },

    countRefusedTurn(): void {
      turnsRefused.inc();
    },

    /** Turns that have ended since the start. */
    async turnsSoFar(): Promise<number> {
      const { values } = await turns.get();
      return values.reduce((sum, { value }) => sum + value, 0);
    },
  };
}
