import pino from "pino";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import type { TurnEvent } from "./events.ts";
import { type LiveTurn, LiveTurns } from "./live.ts";
import { createChatMetrics } from "./metrics.ts";
import { StepRunner } from "./step.ts";

function setUp() {
  const registry = new Registry();
  const log: string[] = [];
  const events: TurnEvent[] = [];
  const stop = new AbortController();
  const turn: LiveTurn = { tenant: "a", signal: stop.signal, emit: async (event) => void events.push(event) };
  const steps = new StepRunner(
    createChatMetrics(registry),
    pino({ level: "warn" }, { write: (line) => log.push(line) }),
  );
  const counted = async () =>
    [...(await registry.metrics()).matchAll(/^flame_workflow_step_seconds_count\{(.*)\} (\d+)$/gm)].map(
      ([, labels, count]) => `${labels} ${count}`,
    );
  return { turn, stop, steps, log, events, registry, counted };
}

describe("a step", () => {
  it("gives its result, and is told and measured with its outcome", async () => {
    const { steps, turn, events, counted, registry } = setUp();
    const result = await steps.run("retrieval", turn, async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return { outcome: "done", result: 7 };
    });
    expect(result).toBe(7);
    expect(events).toEqual([
      { event: "step", data: { name: "retrieval", outcome: "done", milliseconds: expect.any(Number) } },
    ]);
    const [event] = events;
    const milliseconds = event?.event === "step" ? event.data.milliseconds : 0;
    expect(milliseconds).toBeGreaterThanOrEqual(29);
    expect(milliseconds).toBeLessThan(1_000);
    expect(milliseconds).toBe(Number(milliseconds.toFixed(1)));
    expect(await counted()).toEqual(['step="retrieval",outcome="done" 1']);
    expect(await registry.metrics()).toMatch(/step_seconds_bucket\{le="0.02",step="retrieval",outcome="done"\} 0/);
    expect(await registry.metrics()).toMatch(/step_seconds_bucket\{le="2",step="retrieval",outcome="done"\} 1/);
  });

  it("that fails ends the turn with its first error, and is not told", async () => {
    const { steps, turn, events, counted } = setUp();
    const error = new Error("first");
    await expect(steps.run("generation", turn, () => Promise.reject(error))).rejects.toBe(error);
    await expect(steps.run("generation", turn, () => Promise.reject(new Error("second")))).rejects.toThrow("second");
    expect(turn.failure).toBe(error);
    expect(events).toEqual([]);
    expect(await counted()).toEqual(['step="generation",outcome="failed" 2']);
  });

  it("doesn't begin in a turn that is stopped", async () => {
    const { steps, turn, stop, counted } = setUp();
    stop.abort(new Error("left"));
    let begun = false;
    await expect(
      steps.run("cache", turn, async () => {
        begun = true;
        return { outcome: "done", result: 1 };
      }),
    ).rejects.toThrow("left");
    expect(begun).toBe(false);
    expect(await counted()).toEqual(['step="cache",outcome="stopped" 1']);
  });

  it("that only helps gives way to what stands in for it, and its error's words are not logged", async () => {
    const { steps, turn, events, log, counted } = setUp();
    expect(await steps.attempt("cache", turn, "instead", () => Promise.reject(new Error("planted")))).toBe("instead");
    expect(events).toMatchObject([{ event: "step", data: { name: "cache", outcome: "failed" } }]);
    expect(turn.failure).toBeUndefined();
    expect(await counted()).toEqual(['step="cache",outcome="failed" 1']);
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { step: "cache", msg: "step failed, the turn goes on", error: { name: "Error" } },
    ]);
    expect(log.join("")).not.toContain("planted");
    expect(await steps.attempt("cache", turn, "instead", async () => ({ outcome: "hit", result: "found" }))).toBe(
      "found",
    );
  });

  it("that only helps still stops with its turn", async () => {
    const { steps, turn, stop, log } = setUp();
    const work = () => {
      stop.abort(new Error("left"));
      return Promise.reject(new Error("aborted"));
    };
    await expect(steps.attempt("cache", turn, 1, work)).rejects.toThrow("left");
    expect(log).toEqual([]);
  });
});

describe("live turns", () => {
  it("are in reach of their run, and of no other, until it is over", async () => {
    const turns = new LiveTurns();
    const { turn } = setUp();
    const seen = await turns.during("run", turn, async () => turns.of("run"));
    expect(seen).toBe(turn);
    expect(() => turns.of("run")).toThrow(
      /^The workflow run "run" belongs to no turn; allowed: .*fix: send the message/,
    );
    await expect(turns.during("run", turn, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    expect(() => turns.of("run")).toThrow(/belongs to no turn/);
  });
});

describe("the metrics of chat", () => {
  it("have the share of hits, what searches found, and what became of approvals", async () => {
    const registry = new Registry();
    const metrics = createChatMetrics(registry);
    expect(await registry.metrics()).toContain("flame_cache_hit_ratio 0\n");
    for (const hit of [true, false, false, true]) metrics.countLookup(hit);
    metrics.countLookup(true);
    metrics.countRetrieval(3);
    metrics.countRetrieval(0);
    metrics.countApproval("requested");
    metrics.countApproval("expired", 2);
    metrics.countSummary("completed");
    const text = await registry.metrics();
    for (const line of [
      "flame_cache_hit_ratio 0.6",
      'flame_cache_lookups_total{outcome="hit"} 3',
      'flame_cache_lookups_total{outcome="miss"} 2',
      'flame_retrievals_total{outcome="found"} 1',
      'flame_retrievals_total{outcome="nothing"} 1',
      "flame_retrieved_passages_total 3",
      'flame_approvals_total{outcome="requested"} 1',
      'flame_approvals_total{outcome="expired"} 2',
      'flame_memory_summaries_total{outcome="completed"} 1',
    ])
      expect(text).toContain(`${line}\n`);
  });
});
