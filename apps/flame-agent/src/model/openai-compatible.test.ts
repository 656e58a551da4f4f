import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { testAgent } from "../testing/agent.ts";
import { textOf } from "../testing/client.ts";
import { until } from "../testing/folder.ts";

const KEY = "planted-key-0123456789";

/** A server that streams an OpenAI chat completion, or fails with `status`. */
async function modelServer(status: number) {
  const requests: {
    readonly headers: IncomingHttpHeaders;
    readonly path: string | undefined;
    readonly body: string;
  }[] = [];
  const server = createServer(async (request, response) => {
    requests.push({ headers: request.headers, path: request.url, body: await text(request) });
    if (status !== 200) return void response.writeHead(status).end(`{"error":{"message":"planted ${KEY}"}}`);
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = (choice: object, usage?: object) =>
      `data: ${JSON.stringify({ id: "1", created: 1, model: "small", choices: [{ index: 0, ...choice }], usage })}\n\n`;
    response.write(chunk({ delta: { role: "assistant", content: "Hello" } }) + chunk({ delta: { content: " there" } }));
    response.end(
      `${chunk({ delta: {}, finish_reason: "stop" }, { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 })}data: [DONE]\n\n`,
    );
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await until("the model server listens", () => server.listening);
  const address = server.address();
  return { requests, url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/v1` };
}

async function agentOf(url: string) {
  const agent = await testAgent({
    FLAME_MODEL: "openai-compatible",
    FLAME_MODEL_BASE_URL: url,
    FLAME_MODEL_NAME: "small",
    FLAME_MODEL_API_KEY: KEY,
  });
  onTestFinished(async () => void (await agent.stop()));
  return agent;
}

describe("an OpenAI-compatible model", () => {
  it("is asked by name with its key and our tools, and streams through", async () => {
    const { requests, url } = await modelServer(200);
    const agent = await agentOf(url);
    const events = await agent.turn("Hi");
    expect(textOf(events)).toBe("Hello there");
    expect(events.at(-1)?.data).toMatchObject({ finishReason: "stop", usage: { inputTokens: 7, outputTokens: 2 } });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ path: "/v1/chat/completions", headers: { authorization: `Bearer ${KEY}` } });
    expect(JSON.parse(requests[0]?.body ?? "")).toMatchObject({
      model: "small",
      stream: true,
      tools: [
        { function: { name: "calculate" } },
        { function: { name: "dates" } },
        { function: { name: "send_message" } },
      ],
    });
    expect(await agent.metrics()).toContain('flame_model_tokens_total{direction="input",model="small"} 7');
  });

  it("that refuses ends the turn with an error event, and neither key nor words are told or logged", async () => {
    const { url } = await modelServer(401);
    const agent = await agentOf(url);
    const events = await agent.turn("planted words");
    expect(events.at(-1)).toEqual({
      event: "error",
      data: {
        code: "failed",
        message: expect.stringMatching(/^No language model answers: small \(401\); try again later \(reference \S+\)$/),
        reference: expect.any(String),
      },
    });
    await until("the turn is counted as failed", async () =>
      (await agent.metrics()).includes('flame_turns_total{outcome="failed"} 1'),
    );
    expect(await agent.metrics()).toContain('flame_model_calls_total{outcome="failed",model="small"} 1');
    expect(agent.log.join("")).toContain("turn failed");
    expect(agent.log.join("")).not.toContain("planted");
  });
});
