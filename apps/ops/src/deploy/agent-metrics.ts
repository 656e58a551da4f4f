import type { MetricSample } from "../../../../components/orchestration/index.ts";
import { readSamples } from "./metrics-text.ts";

/** What the agent's Prometheus metrics say that an operator asks for. */
export interface AgentFigures {
  readonly turnsActive: number;
  /** Requests and turns that were answered since the agent's start; probes don't count. */
  readonly answered: number;
  /** Those of them that the agent failed: status 500 and above, and turns that failed or took too long. */
  readonly failed: number;
}

/** What engines ask, and not users. */
const PROBES = ["/health", "/ready"];
/** A turn's request answers 200 before the turn fails: what became of it is counted apart. */
const FAILED_TURNS = ["failed", "timed-out"];

/** Reads the agent's metrics off their text form. */
export function readAgentMetrics(text: string): AgentFigures {
  const samples = readSamples(text);
  const requests = samples.filter(
    ({ name, labels }) => name === "flame_http_requests_total" && !PROBES.includes(labels.route ?? ""),
  );
  const failedRequests = requests.filter(({ labels }) => Number(labels.status) >= 500);
  const failedTurns = samples.filter(
    ({ name, labels }) => name === "flame_turns_total" && FAILED_TURNS.includes(labels.outcome ?? ""),
  );
  return {
    turnsActive: sum(samples.filter(({ name }) => name === "flame_turns_active")),
    answered: sum(requests),
    failed: sum(failedRequests) + sum(failedTurns),
  };
}

function sum(samples: readonly MetricSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
