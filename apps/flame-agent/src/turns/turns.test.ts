import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMetrics } from "../metrics.ts";
import { turnOf } from "./track.ts";
import { TurnAborted, Turns } from "./turns.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function counted(turns: (all: Turns) => void): Promise<string> {
  const metrics = createMetrics();
  turns(new Turns(metrics, 60));
  return metrics.registry.metrics();
}

describe("a turn", () => {
  it("is aborted when its time is over, with a reason that names the setting", () => {
    const turn = new Turns(createMetrics(), 60).begin();
    vi.advanceTimersByTime(59_999);
    expect(turn.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(turn.signal.reason).toMatchObject({
      outcome: "timed-out",
      message: expect.stringMatching(/60 s \(FLAME_TURN_MAX_SECONDS\)/),
    });
  });

  it("is counted once, under what ended it first", async () => {
    const text = await counted((turns) => {
      const turn = turns.begin();
      turn.abort(new TurnAborted("client-left", "gone"));
      turn.end("completed");
      turn.end("failed");
    });
    expect(text).toContain('flame_turns_total{outcome="client-left"} 1');
    expect(text).not.toContain('outcome="completed"');
    expect(text).toContain("flame_turns_active 0");
  });
});

describe("a drain", () => {
  it("is over at once when nothing runs", async () => {
    const turns = new Turns(createMetrics(), 60);
    await turns.drain();
    expect(turns.draining).toBe(true);
  });

  it("waits for the last turn, also when it is asked for twice", async () => {
    const turns = new Turns(createMetrics(), 60);
    const [one, other] = [turns.begin(), turns.begin()];
    let over = 0;
    const drains = [turns.drain().then(() => ++over), turns.drain().then(() => ++over)];
    one.end("completed");
    await Promise.resolve();
    expect([over, turns.running]).toEqual([0, 1]);
    other.end("completed");
    await Promise.all(drains);
    expect(over).toBe(2);
  });
});

describe("a request is a turn", () => {
  it.each([
    { path: "/turns", turn: "until its response ends" },
    { path: "/turns/1/resume", turn: "until its response ends" },
    { path: "/approvals/1/approve", turn: "until its response ends" },
    { path: "/approvals/1/reject", turn: "until its response ends" },
    { path: "/api/agents/flame/stream", turn: "until its response ends" },
    { path: "/api/agents/flame/generate", turn: "until its response ends" },
    { path: "/api/agents/flame/send-message", turn: "until its thread is idle" },
    { path: "/api/agents/flame/queue-message", turn: "until its thread is idle" },
    { path: "/api/agents/flame", turn: undefined },
    { path: "/api/agents/flame/threads/subscribe", turn: undefined },
    { path: "/api/memory/threads", turn: undefined },
    { path: "/turns/1", turn: undefined },
    { path: "/approvals/1", turn: undefined },
  ])("$path: $turn", ({ path, turn }) => {
    expect(turnOf("POST", path)).toBe(turn);
    expect(turnOf("GET", path)).toBeUndefined();
  });
});
