import { describe, expect, it, onTestFinished } from "vitest";
import type { ModelFault } from "./model-fault.ts";
import { INSTANT, type ModelServerOptions, startModelServer } from "./model-server.ts";

const TOOLS = ["calculate", "send_message"].map((name) => ({ type: "function", function: { name, parameters: {} } }));

async function modelServer(options: Partial<ModelServerOptions> = {}) {
  const server = await startModelServer({ seed: 1, ...options });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const ask = (messages: readonly object[], stream = true) =>
    fetch(`${server.url}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "seeded", messages, tools: TOOLS, stream }),
    });
  return { ...server, ask, says: async (messages: readonly object[]) => said(await (await ask(messages)).text()) };
}

/** The words and tool calls of a streamed answer. */
function said(stream: string): { readonly text: string; readonly call: string; readonly reason: string | undefined } {
  const chunks = [...stream.matchAll(/^data: (\{.*\})$/gm)].map(([, data = ""]) => JSON.parse(data).choices[0]);
  const calls = chunks.flatMap(({ delta }) => delta.tool_calls ?? []).map((call) => call.function);
  return {
    text: chunks.map(({ delta }) => delta.content ?? "").join(""),
    call: calls.map(({ name = "", arguments: part }) => `${name}${part}`).join(""),
    reason: chunks.at(-1)?.finish_reason,
  };
}

const user = (content: string) => ({ role: "user", content });

describe("the seeded model", () => {
  it.each([
    {
      why: "a sum by calling the tool",
      messages: [user("What is 2*(3+4)?")],
      call: 'calculate{"expression":"2*(3+4)"}',
    },
    {
      why: "a letter by calling the tool",
      messages: [user('Send "hi you" to bob@example.org.')],
      call: 'send_message{"to":"bob@example.org","text":"hi you"}',
    },
    {
      why: "with what a tool found",
      messages: [user("What is 1+1?"), { role: "assistant" }, { role: "tool", content: "it is 2" }],
      text: /it is 2$/,
    },
    {
      why: "from what was said last in the conversation",
      messages: [user("My boat is Heron."), user("My boat is Egret, now."), user("What is my boat?")],
      text: "Your boat is Egret.",
    },
    {
      why: "from a source, with its number",
      messages: [
        {
          role: "system",
          content:
            '<source number="1" title="a">\nCats sleep.\n</source>\n<source number="2" title="b">\nThe ferry leaves harbour nine. It rains.\n</source>',
        },
        user("When does the ferry leave the harbour?"),
      ],
      text: "The ferry leaves harbour nine. [2]",
    },
    {
      why: "anything else in prose",
      messages: [user("Tell me of tides")],
      text: /^On "Tell me of tides" \(message 1\): /,
    },
  ])("answers $why", async ({ messages, text = "", call = "" }) => {
    const model = await modelServer();
    const answer = await model.says(messages);
    expect(answer.text).toMatch(text);
    expect(answer.call).toBe(call);
    expect(answer.reason).toBe(call === "" ? "stop" : "tool_calls");
  });

  it("says the same for the same seed and conversation, and otherwise something else", async () => {
    const [one, same, other] = await Promise.all([modelServer(), modelServer(), modelServer({ seed: 2 })]);
    const question = [user("Tell me of tides")];
    const answer = await one.says(question);
    expect(await same.says(question)).toEqual(answer);
    expect(await other.says(question)).not.toEqual(answer);
    expect(await one.says([...question, user("Tell me of tides")])).not.toEqual(answer);
  });

  it("keeps its pace", async () => {
    const pace = {
      firstTokenMilliseconds: [100, 100],
      tokensPerSecond: 200,
      length: { leastWords: 20, mostWords: 20 },
    } as const;
    const model = await modelServer({ pace });
    const start = performance.now();
    await model.says([user("Tell me of tides")]);
    expect(performance.now() - start).toBeGreaterThan(100 + 20 * 2.5);
  });

  it.each<{ fault: ModelFault; status: number; body: RegExp }>([
    { fault: { kind: "rate-limit", retryAfterSeconds: 7 }, status: 429, body: /Too many/ },
    { fault: { kind: "server-error" }, status: 500, body: /broke down/ },
    { fault: { kind: "malformed-tool-call", tool: "calculate" }, status: 200, body: /calculate/ },
    { fault: { kind: "unknown-tool" }, status: 200, body: /launch_rocket/ },
    { fault: { kind: "slow", firstTokenMilliseconds: 50 }, status: 200, body: /DONE/ },
  ])("fails once by $fault.kind, and then answers", async ({ fault, status, body }) => {
    const model = await modelServer();
    model.faults.add(fault);
    const response = await model.ask([user("Tell me of tides")]);
    expect(response.status).toBe(status);
    expect(response.headers.get("retry-after")).toBe(fault.kind === "rate-limit" ? "7" : null);
    expect(await response.text()).toMatch(body);
    expect((await model.says([user("Tell me of tides")])).reason).toBe("stop");
    expect(model.faults.left).toEqual([]);
  });

  it("cuts a stream where it is told to, and is silent where it is told to", async () => {
    const model = await modelServer({ pace: INSTANT });
    model.faults.add({ kind: "cut", afterTokens: 2 }, { kind: "silent" });
    await expect(model.ask([user("Tell me of tides")]).then((response) => response.text())).rejects.toThrow();
    const silent = fetch(`${model.url}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "seeded", messages: [user("hi")] }),
      signal: AbortSignal.timeout(200),
    });
    await expect(silent).rejects.toThrow(/timeout/i);
  });

  it("answers whole where no stream is asked for, and refuses what isn't a request", async () => {
    const model = await modelServer();
    const whole: unknown = await (await model.ask([user("Tell me of tides")], false)).json();
    const content = expect.stringMatching(/^On "Tell me of tides"/);
    expect(whole).toMatchObject({ choices: [{ message: { content } }] });
    expect((await model.ask([])).status).toBe(400);
  });
});
