import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Bounds in seconds: steps that only read words, queries, and generations of up to some minutes. */
const STEP_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30, 60, 120, 180, 300];

export type ChatMetrics = ReturnType<typeof createChatMetrics>;

/** What Prometheus may read about the steps of a turn. Every label has few values. */
export function createChatMetrics(registry: Registry) {
  const registers = [registry];
  const stepSeconds = new Histogram({
    name: "flame_workflow_step_seconds",
    help: "Length of a step of the chat workflow, in seconds.",
    labelNames: ["step", "outcome"],
    buckets: STEP_BUCKETS,
    registers,
  });
  const lookups = new Counter({
    name: "flame_cache_lookups_total",
    help: "Questions that were looked up in the semantic cache, by what was found.",
    labelNames: ["outcome"],
    registers,
  });
  let hits = 0;
  let asked = 0;
  new Gauge({
    name: "flame_cache_hit_ratio",
    help: "Share of the lookups since the start that found an answer; 0 before the first.",
    registers,
    collect() {
      this.set(asked === 0 ? 0 : hits / asked);
    },
  });
  const retrievals = new Counter({
    name: "flame_retrievals_total",
    help: "Searches of a tenant's documents, by whether they found a passage.",
    labelNames: ["outcome"],
    registers,
  });
  const passages = new Counter({
    name: "flame_retrieved_passages_total",
    help: "Passages given to the model.",
    registers,
  });
  const approvals = new Counter({
    name: "flame_approvals_total",
    help: "Tool calls that needed an approval, by what became of them.",
    labelNames: ["outcome"],
    registers,
  });
  const summaries = new Counter({
    name: "flame_memory_summaries_total",
    help: "Times that older messages of a thread were summarised.",
    labelNames: ["outcome"],
    registers,
  });

  return {
    countStep(step: string, outcome: string, seconds: number): void {
      stepSeconds.observe({ step, outcome }, seconds);
    },

    countLookup(hit: boolean): void {
      asked += 1;
      if (hit) hits += 1;
      lookups.inc({ outcome: hit ? "hit" : "miss" });
    },

    countRetrieval(found: number): void {
      retrievals.inc({ outcome: found > 0 ? "found" : "nothing" });
      passages.inc(found);
    },

    countApproval(outcome: "requested" | "approved" | "rejected" | "expired", count = 1): void {
      approvals.inc({ outcome }, count);
    },

    countSummary(outcome: "completed" | "failed"): void {
      summaries.inc({ outcome });
    },
  };
}
