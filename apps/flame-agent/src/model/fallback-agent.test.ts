import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { testAgent } from "../testing/agent.ts";
import { textOf } from "../testing/client.ts";
import { until } from "../testing/folder.ts";
import { toldToSubscriber } from "../testing/subscriber.ts";

/** A model's server that answers every call with this status, or breaks off after the first words. */
async function brokenServer(how: number | "cut" | "error") {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    request.resume();
    if (typeof how === "number") return void response.writeHead(how).end('{"error":{"message":"planted"}}');
    response.writeHead(200, { "content-type": "text/event-stream" });
    const choices = [{ index: 0, delta: { role: "assistant", content: "Half an" } }];
    response.write(`data: ${JSON.stringify({ id: "1", created: 1, model: "small", choices })}\n\n`);
    if (how === "error") return void response.end('data: {"error":{"message":"planted secret","code":"planted"}}\n\n');
    setTimeout(() => response.destroy(), 50);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await until("the server listens", () => server.listening);
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/v1`, calls: () => calls };
}

async function agentWith(variables: Record<string, string>) {
  const agent = await testAgent({ FLAME_MODEL: "openai-compatible", FLAME_MODEL_NAME: "small", ...variables });
  onTestFinished(async () => void (await agent.stop()));
  return agent;
}

describe("an agent whose model fails", () => {
  it("is answered for by the next ones, stops asking it, and says so in its health", async () => {
    const [first, second] = [await brokenServer(503), await brokenServer(429)];
    const agent = await agentWith({
      FLAME_MODEL_BASE_URL: first.url,
      FLAME_MODEL_FALLBACKS: `small@${second.url},offline`,
      FLAME_MODEL_FALLBACK_API_KEYS: "planted-key-0123456789",
      FLAME_MODEL_BREAKER_FAILURES: "2",
    });
    for (const _ of [1, 2, 3]) expect(textOf(await agent.turn("count to 3"))).toBe("1 2 3");
    expect([first.calls(), second.calls()]).toEqual([2, 2]);
    const metrics = await agent.metrics();
    expect(metrics).toContain('flame_model_fallbacks_total{model="small",reason="503"} 2');
    expect(metrics).toContain('flame_model_fallbacks_total{model="small",reason="circuit open"} 1');
    expect(metrics).toContain('flame_model_circuit_open{model="small#2"} 1');
    expect(metrics).toContain('flame_model_calls_total{outcome="completed",model="offline#3"} 3');
    expect(await (await agent.get("/health")).json()).toMatchObject({
      status: "degraded",
      problems: ["2 of 3 language models failed too often and rest"],
    });
    expect(agent.log.join("")).not.toContain("planted");
  });

  it("ends the turn in order when an answer that has begun is cut", async () => {
    const { url } = await brokenServer("cut");
    const agent = await agentWith({ FLAME_MODEL_BASE_URL: url, FLAME_MODEL_FALLBACKS: "offline" });
    const events = await agent.turn("Hi");
    expect(textOf(events)).toBe("Half an");
    expect(events.at(-1)).toMatchObject({ event: "error", data: { code: "failed" } });
  });

  it("tells nobody what its server says in the middle of an answer, but a reference that is in the log", async () => {
    const { url } = await brokenServer("error");
    const agent = await agentWith({ FLAME_MODEL_BASE_URL: url, FLAME_LOG_LEVEL: "trace" });
    const memory = { thread: "masked", resource: "default" };
    const messages = [{ role: "user", content: "Hi" }];
    const told = [
      await (await agent.post("/turns", { message: "Hi", thread: "masked" })).text(),
      await (await agent.post("/api/agents/flame/stream", { messages, memory })).text(),
      await (await agent.post("/api/agents/flame/generate", { messages, memory })).text(),
      await (
        await agent.post("/chat", {
          id: "masked-chat",
          messages: [{ id: "1", role: "user", parts: [{ type: "text", text: "Hi" }] }],
          trigger: "submit-message",
        })
      ).text(),
      (await toldToSubscriber(agent, { threadId: "masked", resourceId: "default" }, "Hi")).text,
      await (await agent.get("/api/memory/threads/masked/messages?agentId=flame&resourceId=default")).text(),
      await agent.metrics(),
    ];
    expect(told.join("")).not.toContain("planted");
    expect(agent.log.join("")).not.toContain("planted");
    for (const text of told.slice(0, 5)) expect(text).toMatch(/reference [0-9a-f-]{36}/);
    const [, reference = "none"] = /reference ([0-9a-f-]{36})/.exec(told[1] ?? "") ?? [];
    expect(agent.log.find((line) => line.includes(reference))).toContain("model's answer was cut");
  });
});
