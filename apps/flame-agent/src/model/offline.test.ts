import type { LanguageModelV3CallOptions, LanguageModelV3Message, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { describe, expect, it } from "vitest";
import { collect } from "../testing/collect.ts";
import { offlineModel } from "./offline.ts";

const TOOLS: LanguageModelV3CallOptions["tools"] = ["calculate", "dates"].map((name) => ({
  type: "function",
  name,
  inputSchema: { type: "object" },
}));
const model = offlineModel({ tokensPerSecond: 10_000 });

const user = (text: string): LanguageModelV3Message => ({ role: "user", content: [{ type: "text", text }] });
const assistant = (text: string): LanguageModelV3Message => ({ role: "assistant", content: [{ type: "text", text }] });
const toolResult = (output: unknown): LanguageModelV3Message => ({
  role: "tool",
  content: [
    {
      type: "tool-result",
      toolCallId: "1",
      toolName: "calculate",
      output: { type: "json", value: JSON.parse(JSON.stringify(output)) },
    },
  ],
});

async function parts(options: LanguageModelV3CallOptions): Promise<LanguageModelV3StreamPart[]> {
  return collect((await model.doStream(options)).stream);
}

async function answer(prompt: LanguageModelV3Message[], tools = TOOLS): Promise<string> {
  const { content } = await model.doGenerate({ prompt, tools });
  return content
    .map((part) =>
      part.type === "text" ? part.text : part.type === "tool-call" ? `${part.toolName} ${part.input}` : part.type,
    )
    .join();
}

describe("the offline model", () => {
  it("gives the same parts for the same conversation", async () => {
    const prompt = [user("Hello"), assistant("Hi"), user("How are you?")];
    expect(await parts({ prompt })).toEqual(await parts({ prompt }));
  });

  it("answers by the whole conversation and not by its end alone", async () => {
    expect(await answer([user("Hello")])).not.toBe(await answer([user("Good day"), assistant("Hi"), user("Hello")]));
  });

  it("streams one token after the other and says how many", async () => {
    const streamed = await parts({ prompt: [user("Please count to 5")] });
    expect(streamed.map((part) => (part.type === "text-delta" ? part.delta : part.type))).toEqual([
      "stream-start",
      "text-start",
      "1",
      " 2",
      " 3",
      " 4",
      " 5",
      "text-end",
      "finish",
    ]);
    expect(streamed.at(-1)).toMatchObject({ finishReason: { unified: "stop" }, usage: { outputTokens: { total: 5 } } });
  });

  it("refuses to count for ever", async () => {
    expect(await answer([user("count to 100001")])).toMatch(/at most/);
  });

  it("stops when it is aborted, before and while it answers", async () => {
    const controller = new AbortController();
    const slow = offlineModel({ tokensPerSecond: 1 });
    const { stream } = await slow.doStream({ prompt: [user("count to 9")], abortSignal: controller.signal });
    const whole = collect(stream);
    controller.abort(new Error("enough"));
    await expect(whole).rejects.toThrow("enough");
    await expect(async () => slow.doStream({ prompt: [user("hi")], abortSignal: controller.signal })).rejects.toThrow(
      "enough",
    );
    await expect(async () => slow.doGenerate({ prompt: [user("hi")], abortSignal: controller.signal })).rejects.toThrow(
      "enough",
    );
  });
});

describe("the offline model calls", () => {
  it.each([
    { says: "What is 12 * (7+3)?", call: 'calculate {"expression":"12 * (7+3)"}' },
    { says: "Compute sqrt(16) please.", call: 'calculate {"expression":"sqrt(16)"}' },
    { says: "2^10 = ?", call: 'calculate {"expression":"2^10"}' },
    {
      says: "How long is it from 2026-01-01 to 2026-11-21?",
      call: 'dates {"question":{"kind":"between","from":"2026-01-01","to":"2026-11-21"}}',
    },
    { says: "Which weekday is 2026-11-21?", call: 'dates {"question":{"kind":"weekday","date":"2026-11-21"}}' },
    {
      says: "What date is 3 weeks before 2026-11-21?",
      call: 'dates {"question":{"kind":"add","to":"2026-11-21","amount":-3,"unit":"weeks"}}',
    },
    {
      says: "What is 2026-07-01T12:00:00Z in Europe/Paris?",
      call: 'dates {"question":{"kind":"convert","instant":"2026-07-01T12:00:00Z","timezone":"Europe/Paris"}}',
    },
    { says: "What time is it in Asia/Tokyo?", call: 'dates {"question":{"kind":"now","timezone":"Asia/Tokyo"}}' },
  ])("a tool for: $says", async ({ says, call }) => {
    expect(await answer([user(says)])).toBe(call);
  });

  it("no tool that it isn't offered", async () => {
    expect(await answer([user("What is 2 + 2?")], [])).toMatch(/You said/);
  });

  it("no tool where nothing is asked of one", async () => {
    for (const says of ["I have 2 cats and 3 dogs.", "Version 1.2.3-4", "On the other hand - no"]) {
      expect(await answer([user(says)]), says).toMatch(/You said|1\.2\.3/);
    }
  });
});

describe("the offline model says", () => {
  it("what a tool has found, or why it refused", async () => {
    expect(await answer([user("2+2?"), toolResult({ answer: "2+2 = 4" })])).toBe("2+2 = 4");
    expect(await answer([user("2+2?"), toolResult({ other: 1 })])).toBe('{"other":1}');
    const refused: LanguageModelV3Message = {
      role: "tool",
      content: [
        {
          type: "tool-result",
          toolCallId: "1",
          toolName: "calculate",
          output: { type: "error-text", value: "it divides by zero" },
        },
      ],
    };
    expect(await answer([user("1/0?"), refused])).toBe("The tool calculate refused: it divides by zero.");
  });

  it("what the user said of themself earlier in the thread, the latest if twice", async () => {
    const thread = [
      user("My name is Ada and my favourite colour is green."),
      assistant("Noted."),
      user("My name is Grace"),
    ];
    expect(await answer(thread)).toBe("Noted: your name is Grace.");
    expect(await answer([...thread, assistant("Noted."), user("What is my name?")])).toBe("Your name is Grace.");
    expect(await answer([user("What's my shoe size?")])).toMatch(/haven't told me your shoe size/);
  });
});
