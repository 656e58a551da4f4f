import { describe, expect, it } from "vitest";
import { unmetExpectations } from "./expectation.ts";
import type { TurnExpectation } from "./scenario.ts";
import type { TimedEvent, TurnEvent } from "./turn-event.ts";
import { TurnEvent as TurnEventSchema } from "./turn-event.ts";
import { brokenTurnRules } from "./turn-rules.ts";
import type { TurnReport } from "./turn-stream.ts";

const ID = "6f1e2f0a-0b5e-4b39-9c59-0d7a3f7a1f11";
const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
const start: TurnEvent = { event: "start", data: { turn: ID, thread: "t", resource: "r" } };
const end: TurnEvent = { event: "end", data: { finishReason: "stop", usage } };
const suspended: TurnEvent = { event: "end", data: { finishReason: "suspended", usage } };
const failed: TurnEvent = { event: "error", data: { code: "failed", message: "The turn failed" } };
const text = (delta: string): TurnEvent => ({ event: "text", data: { delta } });
const tool = (state: "called" | "answered"): TurnEvent => ({
  event: "tool",
  data: { name: "calculate", toolCall: "call-1", state },
});
const step = (name: "analysis" | "cache"): TurnEvent => ({
  event: "step",
  data: { name, outcome: "done", milliseconds: 1 },
});
const approval: TurnEvent = {
  event: "approval",
  data: { id: ID, toolCall: "call-1", tool: "send_message", input: {}, expiresAt: "2026-11-21T00:00:00.000Z" },
};
const citation: TurnEvent = {
  event: "citation",
  data: { number: 1, document: "d", title: "d", heading: "", position: 1, similarity: 0.5 },
};

function report(events: readonly TurnEvent[], outcome: TurnReport["outcome"]): TurnReport {
  const timed = events.map((event, index): TimedEvent => ({ ...event, atMilliseconds: index * 100 }));
  return { status: 200, events: timed, outcome, refusal: "", milliseconds: events.length * 100 };
}

describe("the rules of a turn's stream", () => {
  it.each<{ why: string; events: readonly TurnEvent[]; outcome?: TurnReport["outcome"]; broken?: RegExp }>([
    { why: "a plain answer", events: [start, step("analysis"), step("cache"), text("a"), end] },
    {
      why: "an answer with a tool and a source",
      events: [start, tool("called"), tool("answered"), text("a [1]"), citation, end],
    },
    { why: "a call that waits", events: [start, tool("called"), approval, suspended], outcome: "suspended" },
    { why: "a failure", events: [start, text("a"), failed], outcome: "error" },
    { why: "a connection that broke before anything came", events: [], outcome: "cut" },
    { why: "a connection that broke in the middle", events: [start, text("a")], outcome: "cut" },
    { why: "a stream without a start", events: [text("a"), end], broken: /starts once/ },
    { why: "two starts", events: [start, start, end], broken: /starts once/ },
    { why: "words after the end", events: [start, end, text("a")], broken: /ends once/ },
    { why: "an end and an error", events: [start, end, failed], outcome: "error", broken: /ends once/ },
    { why: "steps in another order", events: [start, step("cache"), step("analysis"), end], broken: /in order/ },
    { why: "a step that runs twice", events: [start, step("cache"), step("cache"), end], broken: /each runs once/ },
    { why: "a result without a call", events: [start, tool("answered"), end], broken: /follows its call/ },
    { why: "a suspension that asks for nothing", events: [start, suspended], outcome: "suspended", broken: /approval/ },
    { why: "an end in spite of a question", events: [start, approval, end], broken: /suspended/ },
    {
      why: "words before the decision",
      events: [start, approval, text("a"), suspended],
      outcome: "suspended",
      broken: /it waits/,
    },
    { why: "a source that no word names", events: [start, text("a"), citation, end], broken: /without a mark/ },
    { why: "a source twice", events: [start, text("[1]"), citation, citation, end], broken: /each source once/ },
  ])("judge $why", ({ events, outcome = "ended", broken }) => {
    const found = brokenTurnRules(report(events, outcome)).join("; ");
    expect(found).toMatch(broken ?? /^$/);
  });

  it("know that a resumed stream answers a call of an earlier one", () => {
    const resumed = report([start, tool("answered"), text("a"), end], "ended");
    expect(brokenTurnRules(resumed)).toHaveLength(1);
    expect(brokenTurnRules(resumed, { resumed: true })).toEqual([]);
  });

  it("are asked of events whose form is right: another field is refused", () => {
    expect(TurnEventSchema.safeParse(start).success).toBe(true);
    expect(TurnEventSchema.safeParse({ ...text("a"), data: { delta: "a", extra: 1 } }).success).toBe(false);
    expect(TurnEventSchema.safeParse({ event: "gossip", data: {} }).success).toBe(false);
  });
});

describe("expectations of a turn", () => {
  const answer = report(
    [start, step("cache"), tool("called"), tool("answered"), text("four [1]"), citation, end],
    "ended",
  );
  it.each<{ why: string; expected: TurnExpectation; unmet?: RegExp }>([
    {
      why: "all that is so",
      expected: { text: "four [1]", tools: ["calculate"], cites: ["d"], steps: { cache: "done" } },
    },
    { why: "times that are kept", expected: { firstWithinMilliseconds: 200, overWithinMilliseconds: 700 } },
    { why: "another text", expected: { text: /five/ }, unmet: /its text is "four \[1\]"; expected: \/five\// },
    { why: "another end", expected: { outcome: "suspended" }, unmet: /its outcome is "ended"; expected: "suspended"/ },
    { why: "no tool", expected: { tools: [] }, unmet: /its tools is \["calculate"\]/ },
    { why: "no source", expected: { cites: [] }, unmet: /its citations/ },
    {
      why: "another step",
      expected: { steps: { cache: "hit", retrieval: "done" } },
      unmet: /step cache.*step retrieval/s,
    },
    { why: "a quicker first word", expected: { firstWithinMilliseconds: 100 }, unmet: /first word comes after 200 ms/ },
    { why: "a quicker end", expected: { overWithinMilliseconds: 100 }, unmet: /its end comes after 700 ms/ },
    { why: "an error", expected: { error: "failed" }, unmet: /its error is undefined/ },
    { why: "a refusal", expected: { status: 409 }, unmet: /its status is 200; expected: 409/ },
  ])("tell of $why", ({ expected, unmet }) => {
    expect(unmetExpectations(answer, expected).join("\n")).toMatch(unmet ?? /^$/);
  });
});
