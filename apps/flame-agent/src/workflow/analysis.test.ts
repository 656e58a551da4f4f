import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Analysis, analyse } from "./analysis.ts";
import { mayKeep, reuseOf } from "./caching.ts";
import { enhance } from "./enhancement.ts";

describe("the analysis", () => {
  it.each([
    ...["Hi", "hello there!", "Thanks a lot", "OK", "Good morning, Flame", "bye", "", "?!", "yes"].map((message) => ({
      message,
      intent: "small-talk",
    })),
    ...["What is a refund?", "how do refunds work", "Refunds are paid when?", "Is it raining", "Could you help"].map(
      (message) => ({ message, intent: "question" }),
    ),
    ...[
      "Count to 3",
      "Send it",
      "My name is Ada.",
      "Hi, count to 3",
      "whatever you say",
      "thanks for nothing",
      "Say hello",
      "So, so, count to 3",
    ].map((message) => ({ message, intent: "instruction" })),
    { message: "Please, what is a refund", intent: "question" },
    { message: "So hello what is a refund", intent: "question" },
  ])("takes $message for $intent", ({ message, intent }) => {
    expect(analyse(message).intent).toBe(intent);
  });

  it.each([
    { message: "How do refunds work?", standalone: true },
    { message: "What are refunds", standalone: true },
    { message: "Which refunds?", standalone: false },
    { message: "And refunds for members?", standalone: false },
    { message: "What about refunds for members?", standalone: false },
    { message: "Why are refunds slow?", standalone: false },
    { message: "How does it work here?", standalone: false },
    { message: "How long do they take?", standalone: false },
    { message: "How is the previous order paid?", standalone: false },
    { message: "How are items paid?", standalone: true },
    { message: "How do bread and butter sell?", standalone: true },
  ])("knows whether $message stands alone", ({ message, standalone }) => {
    expect(analyse(message).standalone).toBe(standalone);
  });

  it.each([
    { message: "What is the weather today?", timely: true },
    { message: "Who is the current president?", timely: true },
    { message: "What happened last week in Rome?", timely: true },
    { message: "What time is it in Rome?", timely: true },
    { message: "What is known about Rome?", timely: false },
    { message: "Which currents run past Rome?", timely: false },
  ])("knows whether the answer to $message depends on the time", ({ message, timely }) => {
    expect(analyse(message).timely).toBe(timely);
  });

  it.each([
    { message: "What is my name?", personal: true },
    { message: "How do we pay?", personal: true },
    { message: "May I return an item?", personal: true },
    { message: "How may members pay?", personal: false },
  ])("knows whether $message is about who asks", ({ message, personal }) => {
    expect(analyse(message).personal).toBe(personal);
  });

  it.each([
    { message: "What is 12 * (7 + 3)?", needsKnowledge: false },
    { message: "What are you?", needsKnowledge: false },
    { message: "hi", needsKnowledge: false },
    { message: "What is 12 euros?", needsKnowledge: true },
    { message: "What is 5a?", needsKnowledge: true },
    { message: "What is R2?", needsKnowledge: true },
  ])("knows whether documents may bear on $message", ({ message, needsKnowledge }) => {
    expect(analyse(message).needsKnowledge).toBe(needsKnowledge);
  });

  it("takes small talk for something that depends on nothing", () => {
    expect(analyse("hi")).toEqual({
      intent: "small-talk",
      standalone: true,
      timely: false,
      personal: false,
      needsKnowledge: false,
    });
  });

  it("takes any message, in little time", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (message) => void analyse(message)));
    const start = performance.now();
    analyse("please ".repeat(100_000));
    analyse("hello, ".repeat(100_000));
    expect(performance.now() - start).toBeLessThan(1_500);
  });
});

describe("which answers may be given again", () => {
  const question: Analysis = {
    intent: "question",
    standalone: true,
    timely: false,
    personal: false,
    needsKnowledge: true,
  };
  it.each([
    { why: "a thread's first question", change: {}, first: true, reuse: "any" },
    { why: "a first question about who asks", change: { personal: true }, first: true, reuse: "any" },
    { why: "a first question that refers to something", change: { standalone: false }, first: true, reuse: "none" },
    { why: "a first question about now", change: { timely: true }, first: true, reuse: "none" },
    { why: "a first instruction", change: { intent: "instruction" as const }, first: true, reuse: "none" },
    { why: "a later question", change: {}, first: false, reuse: "grounded" },
    { why: "a later question about who asks", change: { personal: true }, first: false, reuse: "none" },
    { why: "a later question that refers", change: { standalone: false }, first: false, reuse: "none" },
    { why: "a later question about now", change: { timely: true }, first: false, reuse: "none" },
  ])("$why: $reuse", ({ change, first, reuse }) => {
    const analysis = { ...question, ...change };
    expect(reuseOf(analysis, first)).toBe(reuse);
    expect(mayKeep(analysis, first, "an answer")).toBe(reuse === "any");
    expect(mayKeep(analysis, first, " \n")).toBe(false);
  });
});

describe("the query", () => {
  const alone = analyse("How do refunds work?");
  const followUp = analyse("How long does it take?");

  it.each([
    { message: "How do refunds work?", query: "How do refunds work?" },
    { message: "  Please,  tell me how\nrefunds work ", query: "how refunds work" },
    { message: "Could you please explain to me how refunds work? Thanks!", query: "how refunds work?" },
    { message: "I'd like to know how refunds work", query: "how refunds work" },
    { message: " please ", query: "please" },
    { message: "Can you tell me how refunds work?", query: "how refunds work?" },
    { message: "Will you help refunds along", query: "refunds along" },
    { message: "I want to know how\n\nrefunds work", query: "how refunds work" },
    { message: "how,please,refunds work", query: "how, refunds work" },
  ])("of $message is without courtesies", ({ message, query }) => {
    expect(enhance(message, alone, ["earlier words"])).toBe(query);
  });

  it("of a follow-up has the words of the user's last messages, the latest first, each once", () => {
    expect(
      enhance("How long does it take?", followUp, ["ignored words", "Refunds for members", "the members pay"]),
    ).toBe("How long does it take? members pay refunds");
    expect(enhance("How long for members?", followUp, ["Refunds for Members"])).toBe("How long for members? refunds");
  });

  it("of a follow-up is itself where nothing was said, or nothing that says something", () => {
    expect(enhance("How long?", followUp, [])).toBe("How long?");
    expect(enhance("How long?", followUp, ["what is it"])).toBe("How long?");
  });

  it("takes eight words at most from before", () => {
    const earlier = "alpha bravo charlie delta echo foxtrot golf hotel india";
    expect(enhance("How long?", followUp, [earlier])).toBe(
      "How long? alpha bravo charlie delta echo foxtrot golf hotel",
    );
  });
});
