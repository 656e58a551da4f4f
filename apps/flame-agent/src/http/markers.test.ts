import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { until } from "../testing/folder.ts";
import { MARKER, plantEverywhere } from "../testing/marker.ts";

/** What the model's server does next, and quotes. */
let model: "refuse" | "break" | "cut" | "garbage" = "refuse";
const spans: string[] = [];

const servers = [
  createServer(async (request, response) => {
    const asked = await text(request);
    if (model === "refuse") return void response.writeHead(400).end(JSON.stringify({ error: { message: asked } }));
    if (model === "break") return void response.writeHead(503).end(asked);
    response.writeHead(200, { "content-type": "text/event-stream" });
    const choices = [{ index: 0, delta: { role: "assistant", content: MARKER } }];
    response.write(`data: ${JSON.stringify({ id: "1", created: 1, model: "m", choices })}\n\n`);
    if (model === "cut")
      return void response.end(`data: {"error":{"message":${JSON.stringify(asked)},"code":"${MARKER}"}}\n\n`);
    response.end(`data: {${MARKER}\n\n`);
  }),
  createServer(async (request, response) => {
    spans.push(await text(request));
    response.setHeader("content-type", "application/json").end("{}");
  }),
];
let agent: TestAgent;
const printed: string[] = [];
beforeAll(async () => {
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, "127.0.0.1");
      await until("the server listens", () => server.listening);
      const address = server.address();
      return typeof address === "object" && address ? address.port : 0;
    }),
  );
  agent = await testAgent({
    FLAME_MODEL: "openai-compatible",
    FLAME_MODEL_BASE_URL: `http://127.0.0.1:${ports[0]}/v1`,
    FLAME_MODEL_NAME: "m",
    FLAME_MODEL_RETRIES: "0",
    FLAME_MODEL_BREAKER_FAILURES: "1000",
    FLAME_OTLP_ENDPOINT: `http://127.0.0.1:${ports[1]}`,
    FLAME_LOG_LEVEL: "trace",
    FLAME_RATE_LIMIT_PER_MINUTE: "0",
  });
});
afterAll(async () => {
  await agent.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

describe("what a user wrote is in no log line, metric, trace or print", () => {
  it.each(["refuse", "break", "cut", "garbage"] as const)(
    "while the model's server does this: %s",
    async (how) => {
      model = how;
      const spies = (["log", "info", "warn", "error", "debug"] as const).map((name) =>
        vi
          .spyOn(console, name)
          .mockImplementation((...given: unknown[]) => void printed.push(given.map(String).join(" "))),
      );
      try {
        await plantEverywhere(agent);
      } finally {
        for (const spy of spies) spy.mockRestore();
      }
      const metrics = await agent.metrics();
      const withMarker = agent.log.filter((line) => line.includes(MARKER));
      expect(withMarker).toEqual([]);
      expect(agent.log.length).toBeGreaterThan(100);
      expect(metrics.split("\n").filter((line) => line.includes(MARKER))).toEqual([]);
      expect(
        spans
          .filter((body) => body.includes(MARKER))
          .map((body) => body.slice(body.indexOf(MARKER) - 200, body.indexOf(MARKER) + 50)),
      ).toEqual([]);
    },
    120_000,
  );
});
