import { RequestContext } from "@mastra/core/request-context";
import { describe, expect, it } from "vitest";
import { noteOutcome } from "../tools/call-outcomes.ts";
import { CitationWatch } from "./citations.ts";
import type { TurnEvent } from "./events.ts";
import { generate, tell } from "./generation.ts";

const PASSAGE = { document: "d", title: "T", heading: "", position: 1, content: "c", similarity: 0.9 };
const CITATION = { number: 1, document: "d", title: "T", heading: "", position: 1, similarity: 0.9 };

function setUp() {
  const told: TurnEvent[] = [];
  const emit = async (event: TurnEvent) => void told.push(event);
  const turn = { tenant: "a", emit, signal: new AbortController().signal };
  return { told, turn, watch: new CitationWatch([PASSAGE]) };
}

type Chunk = { readonly type: string; readonly payload?: object };
type Chunks = Iterable<Chunk> | AsyncIterable<Chunk>;

/** An agent that answers with these chunks. */
function agentOf(chunks: Chunks, finishReason: string | undefined) {
  const stream = async () => ({
    fullStream: (async function* () {
      yield* chunks;
    })(),
    finishReason: Promise.resolve(finishReason),
    usage: Promise.resolve({ inputTokens: 1, outputTokens: 2, totalTokens: 3, cachedInputTokens: 4 }),
  });
  return Object.assign(Object.create(null), { stream });
}

const GENERATION = {
  id: "1",
  message: "m",
  replayed: undefined,
  calls: [],
  decided: undefined,
  options: {
    runId: "1",
    memory: { thread: "t", resource: "r" },
    abortSignal: new AbortController().signal,
    requestContext: new RequestContext(),
  },
};
const text = (delta: string) => ({ type: "text-delta", payload: { text: delta } });
const CALL = { type: "tool-call", payload: { toolName: "dates", toolCallId: "c", args: { zone: "x" } } };
const USAGE = { inputTokens: 1, outputTokens: 2, totalTokens: 3 };

describe("an answer of the model", () => {
  it("is told as it comes, with each citation behind the words that make it", async () => {
    const { told, turn, watch } = setUp();
    const generated = await generate(agentOf([text("So it is"), text(" [1].")], "stop"), turn, watch, GENERATION);
    expect(generated).toEqual({ kind: "answered", finishReason: "stop", usage: USAGE, plain: true });
    expect(told).toEqual([
      { event: "text", data: { delta: "So it is" } },
      { event: "text", data: { delta: " [1]." } },
      { event: "citation", data: CITATION },
    ]);
  });

  it.each([
    { why: "a tool was called", chunks: [CALL, text("x")], reason: "stop" },
    { why: "it was cut", chunks: [text("x")], reason: "length" },
  ])("isn't plain where $why", async ({ chunks, reason }) => {
    const { turn, watch } = setUp();
    expect(await generate(agentOf(chunks, reason), turn, watch, GENERATION)).toMatchObject({ plain: false });
  });

  it("that doesn't say why it ended has ended for an unknown reason", async () => {
    const { turn, watch } = setUp();
    expect(await generate(agentOf([], undefined), turn, watch, GENERATION)).toMatchObject({ finishReason: "unknown" });
  });

  it("tells a tool that is called, and then that it answered or failed", async () => {
    const { told, turn, watch } = setUp();
    const chunks = [
      CALL,
      { type: "tool-error", payload: { toolName: "dates", toolCallId: "c", error: new Error("secret words") } },
      CALL,
      { type: "tool-result", payload: { toolName: "dates", toolCallId: "c", result: { answer: "noon" } } },
    ];
    await generate(agentOf(chunks, "stop"), turn, watch, GENERATION);
    const called = { event: "tool", data: { name: "dates", toolCall: "c", state: "called", input: { zone: "x" } } };
    expect(told).toEqual([
      called,
      { event: "tool", data: { name: "dates", toolCall: "c", state: "failed" } },
      called,
      { event: "tool", data: { name: "dates", toolCall: "c", state: "answered", output: { answer: "noon" } } },
    ]);
  });

  it("waits for the call that wants approval", async () => {
    const { turn, watch } = setUp();
    const asked = { toolCallId: "c", toolName: "send_message", args: { to: "x" } };
    const chunks = [CALL, { type: "tool-call-approval", payload: asked }];
    expect(await generate(agentOf(chunks, "suspended"), turn, watch, GENERATION)).toEqual({
      kind: "waiting",
      call: {
        toolCall: "c",
        tool: "send_message",
        input: { to: "x" },
        calls: [{ toolCall: "c", tool: "dates", isSettled: false }],
      },
    });
  });

  it("tells what came of the calls before one that waits, and of none a second time", async () => {
    const { told, turn, watch } = setUp();
    const call = (id: string) => ({ type: "tool-call", payload: { toolName: "dates", toolCallId: id, args: {} } });
    const result = (id: string) => ({
      type: "tool-result",
      payload: { toolName: "dates", toolCallId: id, result: "noon" },
    });
    const answer = async function* () {
      yield* [call("a"), call("b"), call("c"), call("d")];
      noteOutcome("a", { state: "answered", output: "noon" });
      yield { type: "tool-call-approval", payload: { toolCallId: "c", toolName: "send_message", args: {} } };
    };
    const waiting = await generate(agentOf(answer(), "suspended"), turn, watch, GENERATION);
    const outcome = (toolCall: string, state: string) => ({
      event: "tool",
      data: { name: "dates", toolCall, state, ...(state === "answered" && { output: "noon" }) },
    });
    expect(told.slice(4)).toEqual([outcome("a", "answered"), outcome("b", "failed")]);

    told.length = 0;
    const later = async function* () {
      noteOutcome("c", { state: "answered", output: "noon" });
      yield* [result("a"), result("c"), result("d")];
      // The first call of the next answer doesn't get as far as its tool.
      yield* [call("e"), call("f")];
      yield { type: "tool-call-approval", payload: { toolCallId: "f", toolName: "send_message", args: {} } };
    };
    const calls = waiting.kind === "waiting" ? waiting.call.calls : [];
    await generate(agentOf(later(), "suspended"), turn, watch, { ...GENERATION, calls });
    expect(told.filter(({ data }) => !("input" in data))).toEqual([
      outcome("c", "answered"),
      outcome("d", "answered"),
      outcome("e", "failed"),
    ]);
  });

  it("that fails ends with the model's own error", async () => {
    const { turn, watch } = setUp();
    const error = new Error("the model's");
    const agent = agentOf([text("half"), { type: "error", payload: { error } }, text("more")], "stop");
    await expect(generate(agent, turn, watch, GENERATION)).rejects.toBe(error);
  });
});

describe("an answer that there is already", () => {
  it("is told with its citations, and is never kept as a new one", async () => {
    const { told, turn, watch } = setUp();
    expect(await tell(turn, "So it is [1].", watch)).toEqual({
      kind: "answered",
      finishReason: "stop",
      usage: {},
      plain: false,
    });
    const texts = told.map((event) => (event.event === "text" ? event.data.delta : ""));
    expect(texts.join("")).toBe("So it is [1].");
    expect(told.filter(({ event }) => event === "citation")).toEqual([{ event: "citation", data: CITATION }]);
  });
});
