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
  const samples = text.split("\n").flatMap(readSample);
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

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function readSample(line: string): Sample[] {
  const { name, labels = "", value } = SAMPLE.exec(line)?.groups ?? {};
  if (name === undefined) return [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", text = ""]) => [key, text]);
  return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
}

const SAMPLE = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>[-+\d.eE]+)$/;

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
