import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { MastraDBMessage } from "@mastra/core/agent";
import { MessageList } from "@mastra/core/agent";
import { RequestContext } from "@mastra/core/request-context";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createThreads, type Database } from "../database/index.ts";
import { testAgent } from "../testing/agent.ts";
import { DRIVERS, testDatabase } from "../testing/database.ts";
import { createSummaries, forgetSummaries } from "./summaries.ts";
import { split, summarising, tokensOfMessage } from "./summarising.ts";
import { SUMMARY_HEADING, SUMMARY_INSTRUCTIONS } from "./summary-prompt.ts";

const message = (number: number, text: string, role: "user" | "assistant" = "user"): MastraDBMessage => ({
  id: `m${number}`,
  role,
  threadId: "t",
  resourceId: "r",
  createdAt: new Date(1_000_000 + number * 1_000),
  content: { format: 2, parts: [{ type: "text", text }] },
});
/** A message of exactly so many tokens. */
const sized = (number: number, tokens: number) => message(number, "x".repeat((tokens - 4) * 4));

describe("the size of a message", () => {
  it.each([
    { text: "", tokens: 4 },
    { text: "a", tokens: 5 },
    { text: "abcd", tokens: 5 },
    { text: "abcde", tokens: 6 },
  ])("$text is $tokens tokens", ({ text, tokens }) => {
    expect(tokensOfMessage(message(1, text))).toBe(tokens);
  });

  it("has what tools were asked and answered", () => {
    const invocation = { state: "result" as const, toolCallId: "c", toolName: "n", args: {}, result: "r".repeat(400) };
    const called = message(1, "");
    called.content.parts = [{ type: "tool-invocation", toolInvocation: invocation }, { type: "step-start" }];
    expect(tokensOfMessage(called)).toBe(4 + Math.ceil(JSON.stringify(invocation).length / 4));
  });
});

describe("messages", () => {
  const idsOf = ({ older, newer }: ReturnType<typeof split>) => [older, newer].map((part) => part.map(({ id }) => id));
  it.each([
    { why: "all within the budget", sizes: [30, 30, 40], older: [] },
    { why: "one token above it", sizes: [31, 30, 40], older: ["m0", "m1"] },
    { why: "exactly half of it stays", sizes: [60, 20, 30], older: ["m0"] },
    { why: "a last one that is larger than half", sizes: [60, 51], older: ["m0", "m1"] },
    { why: "nothing", sizes: [], older: [] },
  ])("are split by a budget of 100: $why", ({ sizes, older }) => {
    const messages = sizes.map((size, index) => sized(index, size));
    const newer = messages.map(({ id }) => id).filter((id) => !older.includes(id));
    expect(idsOf(split(messages, 100))).toEqual([older, newer]);
    expect(idsOf(split(messages.toReversed(), 100))).toEqual([older, newer]);
  });
});

describe.each(DRIVERS)("summarising on %s", (driver) => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase(driver);
  });
  afterAll(() => database.close());

  function setUp({
    answer = "the summary",
    tokenBudget = 100,
  }: {
    answer?: string | Error;
    tokenBudget?: number;
  } = {}) {
    const prompts: unknown[] = [];
    const log: string[] = [];
    const counted: string[] = [];
    const usage = {
      inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: 1, text: 1, reasoning: undefined },
    };
    const languageModel: LanguageModelV3 = {
      specificationVersion: "v3",
      provider: "test",
      modelId: "test",
      supportedUrls: {},
      doStream: () => Promise.reject(new Error("not asked")),
      doGenerate: async ({ prompt, maxOutputTokens, abortSignal }) => {
        abortSignal?.throwIfAborted();
        prompts.push({ prompt, maxOutputTokens });
        if (answer instanceof Error) throw answer;
        const finishReason = { unified: "stop" as const, raw: undefined };
        return { content: [{ type: "text", text: answer }], finishReason, usage, warnings: [] };
      },
    };
    const processor = summarising({
      pool: database.pool,
      languageModel,
      tokenBudget,
      metrics: { countSummary: (outcome) => counted.push(outcome) },
      log: pino({ level: "warn" }, { write: (line) => log.push(line) }),
    });
    const process = async (
      thread: string | undefined,
      messages: readonly MastraDBMessage[],
      abortSignal?: AbortSignal,
    ) => {
      const messageList = new MessageList({ threadId: "t", resourceId: "r" });
      messageList.add([...messages], "memory");
      messageList.add({ role: "user", content: "now" }, "input");
      const requestContext = new RequestContext();
      if (thread !== undefined) {
        await createThreads(database.pool).claim({ thread, resource: "r" });
        requestContext.set("MastraMemory", { thread: { id: thread }, resourceId: "r" });
      }
      await processor.processInput({
        messageList,
        messages: messageList.get.all.db(),
        systemMessages: [],
        state: {},
        retryCount: 0,
        requestContext,
        abort: () => {
          throw new Error("aborted");
        },
        ...(abortSignal && { abortSignal }),
      });
      return {
        ids: messageList.get.remembered.db().map(({ id }) => id),
        input: messageList.get.input.db().length,
        system: messageList.getSystemMessages("summary").map(({ content }) => content),
      };
    };
    return { process, prompts, log, counted };
  }

  it("leaves a thread within its budget as it is", async () => {
    const { process, prompts } = setUp();
    expect(await process("short", [sized(1, 50), sized(2, 50)])).toEqual({ ids: ["m1", "m2"], input: 1, system: [] });
    expect(prompts).toEqual([]);
  });

  it("summarises the older messages once, and the summary stands for them from then on", async () => {
    const { process, prompts, counted } = setUp();
    const messages = [
      message(1, `My name is Ada. ${"x".repeat(200)}`),
      message(2, "Noted.", "assistant"),
      sized(3, 50),
    ];
    const seen = { ids: ["m3"], input: 1, system: [`${SUMMARY_HEADING}\nthe summary`] };
    expect(await process("long", messages)).toEqual(seen);
    expect(prompts).toEqual([
      {
        prompt: [
          { role: "system", content: SUMMARY_INSTRUCTIONS },
          {
            role: "user",
            content: [{ type: "text", text: `user: My name is Ada. ${"x".repeat(200)}\nassistant: Noted.` }],
          },
        ],
        maxOutputTokens: 400,
      },
    ]);
    expect(await process("long", messages)).toEqual(seen);
    expect(prompts).toHaveLength(1);
    expect(counted).toEqual(["completed"]);
  });

  it("puts the last summary into the next one", async () => {
    const { process, prompts } = setUp();
    const first = [sized(1, 60), sized(2, 50)];
    await process("next", first);
    const then = await process("next", [...first, sized(3, 60), sized(4, 40)]);
    expect(then.ids).toEqual(["m4"]);
    expect(JSON.stringify(prompts[1])).toContain(`${SUMMARY_HEADING}\\nthe summary\\n\\nuser: x`);
    expect(JSON.stringify(prompts[1]).match(/user: /g)).toHaveLength(2);
  });

  it("of a thread that has no name, or no messages, does nothing", async () => {
    const { process, prompts } = setUp();
    expect((await process(undefined, [sized(1, 500)])).ids).toEqual(["m1"]);
    expect(await process("empty", [])).toEqual({ ids: [], input: 1, system: [] });
    expect(prompts).toEqual([]);
  });

  it.each([{ answer: new Error("planted words") }, { answer: " \n" }])(
    "that fails leaves the older messages out of this turn and says so, without their words ($answer)",
    async ({ answer }) => {
      const { process, log, counted } = setUp({ answer });
      const thread = `failed ${String(answer)}`;
      expect(await process(thread, [sized(1, 60), sized(2, 50)])).toEqual({ ids: ["m2"], input: 1, system: [] });
      expect(counted).toEqual(["failed"]);
      expect(log.join("")).toContain("summary failed, older messages are left out");
      expect(log.join("")).not.toContain("planted");
      const next = setUp();
      expect((await next.process(thread, [sized(1, 60), sized(2, 50)])).system).toHaveLength(1);
    },
  );

  it("stops with the turn", async () => {
    const { process, counted } = setUp();
    await expect(
      process("stopped", [sized(1, 60), sized(2, 50)], AbortSignal.abort(new Error("left"))),
    ).rejects.toThrow("left");
    expect(counted).toEqual([]);
  });

  it("keeps of two summaries the one that covers more", async () => {
    const summaries = createSummaries(database.pool);
    const at = (second: number) => new Date(second * 1_000);
    await createThreads(database.pool).claim({ thread: "race", resource: "r" });
    await summaries.keep("race", "r", { content: "more", coversUntil: at(2) });
    await summaries.keep("race", "r", { content: "less", coversUntil: at(1) });
    await summaries.keep("race", "r", { content: "same", coversUntil: at(2) });
    expect(await summaries.of("race")).toEqual({ content: "more", coversUntil: at(2) });
    await summaries.keep("race", "r", { content: "most\0 \ud800", coversUntil: at(3) });
    expect(await summaries.of("race")).toEqual({ content: "most \ufffd", coversUntil: at(3) });
    expect(await summaries.of("other")).toBeUndefined();
  });

  it("keeps none for a thread that has become another's, or is gone", async () => {
    const summaries = createSummaries(database.pool);
    await createThreads(database.pool).claim({ thread: "theirs", resource: "another" });
    for (const thread of ["theirs", "nobody's"]) {
      await summaries.keep(thread, "r", { content: "mine", coversUntil: new Date() });
      expect(await summaries.of(thread)).toBeUndefined();
    }
  });
});

it("summaries of threads that are gone are removed, and no others", async () => {
  const database = await testDatabase();
  const summaries = createSummaries(database.pool);
  for (const thread of ["kept", "gone"]) {
    await createThreads(database.pool).claim({ thread, resource: "r" });
    await summaries.keep(thread, "r", { content: thread, coversUntil: new Date() });
  }
  await database.pool.query("delete from public.mastra_threads where id = 'gone'");
  expect(await forgetSummaries(database.pool)).toBe(1);
  expect([await summaries.of("gone"), (await summaries.of("kept"))?.content]).toEqual([undefined, "kept"]);
  await database.close();
});

it("the agent still knows what only a summary holds, and the messages are kept", async () => {
  const agent = await testAgent({ FLAME_MEMORY_TOKEN_BUDGET: "200" });
  onTestFinished(async () => {
    await agent.stop();
  });
  await agent.ask("My name is Ada and my town is Turin.", "long");
  for (let count = 0; count < 4; count += 1) await agent.ask(`Note this: ${"word ".repeat(60)}`, "long");
  expect(await agent.metrics()).toMatch(/flame_memory_summaries_total\{outcome="completed"\} [1-9]/);
  expect(await agent.ask("What is my town?", "long")).toBe("Your town is Turin.");
  const messages = await agent.get("/api/memory/threads/long/messages?agentId=flame&resourceId=default");
  expect(JSON.stringify(await messages.json())).toContain("My name is Ada");
});
