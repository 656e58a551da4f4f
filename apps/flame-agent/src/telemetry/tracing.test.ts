import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { isRecord } from "../http/is-record.ts";
import { testAgent } from "../testing/agent.ts";
import { until } from "../testing/folder.ts";
import { crampMemory } from "../testing/memory.ts";
import { fetchWithTrace, inSpan, traceIds } from "./index.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = `00-${TRACE}-b7ad6b7169203331-01`;

/** A server that keeps what it gets: a collector, or a model that answers "Hello". */
async function recordingServer(answer: (path: string) => string) {
  const requests: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    requests.push({ path, headers: request.headers, body: await text(request) });
    response.writeHead(200, { "content-type": path.includes("chat") ? "text/event-stream" : "application/json" });
    response.end(answer(path));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await until("the server listens", () => server.listening);
  const address = server.address();
  return { requests, url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}` };
}

const chunk = (choice: object) =>
  `data: ${JSON.stringify({ id: "1", created: 1, model: "small", choices: [{ index: 0, ...choice }] })}\n\n`;
const HELLO = `${chunk({ delta: { role: "assistant", content: "Hello" } })}${chunk({ delta: {}, finish_reason: "stop" })}data: [DONE]\n\n`;

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

function spansIn(value: unknown): SentSpan[] {
  if (Array.isArray(value)) return value.flatMap(spansIn);
  if (!isRecord(value)) return [];
  const { name, traceId, spanId, parentSpanId } = value;
  const own =
    typeof name === "string" && typeof traceId === "string" && typeof spanId === "string"
      ? [{ name, traceId, spanId, ...(typeof parentSpanId === "string" && { parentSpanId }) }]
      : [];
  return [...own, ...Object.values(value).flatMap(spansIn)];
}

describe("tracing", () => {
  it("goes on with the caller's trace, into the model's server and the log, and tells no words", async () => {
    const collector = await recordingServer(() => "{}");
    const models = await recordingServer(() => HELLO);
    const agent = await testAgent({
      FLAME_OTLP_ENDPOINT: collector.url,
      FLAME_OTLP_TOKEN: "collector-token",
      FLAME_MODEL: "openai-compatible",
      FLAME_MODEL_BASE_URL: `${models.url}/v1`,
      FLAME_MODEL_NAME: "small",
    });
    const headers = { traceparent: CALLER };
    const turn = await agent.post("/turns", { message: "planted words", thread: "planted-thread" }, { headers });
    expect(await turn.text()).toContain("Hello");
    await until("the request is logged", () => agent.log.some((line) => line.includes('"msg":"request"')));
    await agent.stop();

    expect(models.requests[0]?.headers.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(agent.log.find((line) => line.includes('"route":"/turns"'))).toContain(`"trace":"${TRACE}"`);
    const [sent] = collector.requests;
    expect(sent).toMatchObject({ path: "/v1/traces", headers: { authorization: "Bearer collector-token" } });
    const spans = collector.requests.flatMap(({ body }) => spansIn(JSON.parse(body)));
    const root = spans.find(({ name }) => name === "POST /turns");
    expect(root).toMatchObject({ traceId: TRACE, parentSpanId: "b7ad6b7169203331" });
    const call = spans.find(({ name }) => name === "model call");
    expect(call).toMatchObject({ traceId: TRACE, parentSpanId: expect.any(String) });
    expect(models.requests[0]?.headers.traceparent).toContain(call?.spanId);
    expect(collector.requests.map(({ body }) => body).join("")).not.toContain("planted");
  });

  it("marks what the agent couldn't answer as an error, and tells nothing of a trace that isn't recorded", async () => {
    const collector = await recordingServer(() => "{}");
    crampMemory();
    const agent = await testAgent({ FLAME_OTLP_ENDPOINT: collector.url, FLAME_SHED_MEMORY_PERCENT: "1" });
    await until("it sheds", async () => (await agent.get("/approvals")).status === 503);
    const unrecorded = { headers: { traceparent: CALLER.replace(/01$/, "00") } };
    expect((await agent.get("/outbox", unrecorded)).status).toBe(503);
    await agent.stop();
    const sent = collector.requests.map(({ body }) => body).join("");
    expect(sent).toMatch(/"http.response.status_code","value":\{"intValue":"?503"?\}.*"status":\{"code":2/s);
    expect(sent).not.toContain("/outbox");
  });

  it("keeps the headers of a request that it hands on", async () => {
    const { url, requests } = await recordingServer(() => "{}");
    await fetchWithTrace(new Request(`${url}/one`, { headers: { "x-own": "1" } }));
    await fetchWithTrace(new Request(`${url}/two`, { headers: { "x-own": "1" } }), { headers: { "x-own": "2" } });
    await fetchWithTrace(`${url}/three`);
    expect(requests.map(({ headers }) => headers["x-own"])).toEqual(["1", "2", undefined]);
  });

  it("never holds up the end when the collector is away", async () => {
    const agent = await testAgent({ FLAME_OTLP_ENDPOINT: "http://127.0.0.1:1" });
    await agent.turn("hello");
    const start = performance.now();
    await agent.stop();
    expect(performance.now() - start).toBeLessThan(4_500);
  });

  it("that is off has no ids, calls what it wraps, and passes on what fails", async () => {
    expect(traceIds()).toEqual({});
    expect(await inSpan("x", {}, () => 1)).toBe(1);
    await expect(inSpan("x", {}, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(
      inSpan("x", {}, () => {
        throw "text";
      }),
    ).rejects.toBe("text");
  });
});
