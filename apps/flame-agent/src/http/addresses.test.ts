import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Network } from "../addresses/index.ts";
import { createMetrics } from "../metrics.ts";
import { addressedMessages } from "../testing/addressed-messages.ts";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { until } from "../testing/folder.ts";
import { guardAddresses } from "./addresses.ts";
import type { AgentEnv } from "./env.ts";

/** What the servers of this test were asked. */
const trapped: string[] = [];
const asked: string[] = [];
const PNG = Buffer.from("89504e470d0a1a0a", "hex");
const ANSWER = [{ delta: { role: "assistant", content: "Hello" } }, { delta: {}, finish_reason: "stop" }].map(
  (choice) => `data: ${JSON.stringify({ id: "1", created: 1, model: "m", choices: [{ index: 0, ...choice }] })}\n\n`,
);

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await until("the server listens", () => server.listening);
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

const trap = createServer((request, response) => {
  trapped.push(request.url ?? "");
  if (request.url === "/hangs") return;
  response.setHeader("content-type", "image/png").end(PNG);
});
const models = createServer(async (request, response) => {
  const body = await text(request);
  asked.push(body);
  if (body.includes('"stream":true')) {
    response.setHeader("content-type", "text/event-stream").end(`${ANSWER.join("")}data: [DONE]\n\n`);
  } else {
    const choices = [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }];
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify({ id: "1", created: 1, model: "m", choices }));
  }
});

let trapPort = 0;
let address = "";
let agent: TestAgent;
let allowing: TestAgent;
beforeAll(async () => {
  trapPort = await listening(trap);
  address = `http://127.0.0.1:${trapPort}/x.png`;
  const variables = {
    FLAME_MODEL: "openai-compatible",
    FLAME_MODEL_BASE_URL: `http://127.0.0.1:${await listening(models)}/v1`,
    FLAME_MODEL_NAME: "m",
    FLAME_RATE_LIMIT_PER_MINUTE: "0",
  };
  agent = await testAgent(variables);
  allowing = await testAgent({ ...variables, FLAME_FETCH_HOSTS: `127.0.0.1:${trapPort},localhost:${trapPort}` });
});
afterAll(async () => {
  await Promise.all([agent.stop(), allowing.stop()]);
  for (const server of [trap, models]) {
    server.closeAllConnections();
    server.close();
  }
});

/** Routes that take messages, and a body with one. */
const ROUTES: readonly { readonly path: string; readonly body: (message: object) => object }[] = [
  { path: "/api/agents/flame/generate", body: (message) => ({ messages: [message] }) },
  { path: "/api/agents/flame/stream", body: (message) => ({ messages: [message], memory: { thread: "t" } }) },
  { path: "/api/agents/flame/send-message", body: (message) => ({ message, threadId: "t" }) },
  { path: "/chat", body: (message) => ({ id: "t", messages: [message], trigger: "submit-message" }) },
  { path: "/api/agents/flame/queue-message", body: (message) => ({ message, threadId: "t" }) },
];

describe("a message that names a file by its address", () => {
  it.each(ROUTES)(
    "is refused with 400 in every format, and nothing is fetched or handed on: $path",
    async ({ path, body }) => {
      for (const { format, message } of addressedMessages(address)) {
        const response = await agent.post(path, body(message));
        expect([format, response.status, await response.json()]).toEqual([
          format,
          400,
          {
            error: expect.stringMatching(
              /^message.* is refused: this agent fetches no addresses.*fix: send the content/,
            ),
          },
        ]);
      }
      expect([trapped, asked]).toEqual([[], []]);
    },
  );

  it("is refused where it is one of many, and none of them is fetched", async () => {
    const image = { type: "image", image: `http://localhost:${trapPort}/x.png` };
    for (const { path, body } of ROUTES) {
      const response = await allowing.post(
        path,
        body({ role: "user", content: Array.from({ length: 201 }, () => image) }),
      );
      expect([response.status, await response.json()]).toEqual([
        400,
        { error: expect.stringMatching(/a request may name 200 addresses, and has 201/) },
      ]);
    }
    expect([trapped, asked]).toEqual([[], []]);
  });

  it.each(["http://localhost", "http://127.0.0.1"])(
    "is refused although its host is allowed, where that has no public address: %s",
    async (origin) => {
      for (const { path, body } of ROUTES) {
        const message = { role: "user", content: [{ type: "image", image: `${origin}:${trapPort}/x.png` }] };
        const response = await allowing.post(path, body(message));
        expect([response.status, await response.json()]).toEqual([
          400,
          { error: expect.stringMatching(/has no public address; fix:/) },
        ]);
      }
      expect([trapped, asked]).toEqual([[], []]);
    },
  );

  it("is counted", async () => {
    expect(await agent.metrics()).toMatch(/flame_http_requests_refused_total\{reason="address"\} [1-9]/);
  });

  it("goes on to the model where it holds its content itself", async () => {
    const image = `data:image/png;base64,${PNG.toString("base64")}`;
    const response = await agent.post("/api/agents/flame/generate", {
      messages: [{ role: "user", content: [{ type: "image", image }] }],
    });
    expect(response.status).toBe(200);
    expect(asked.at(-1)).toContain(PNG.toString("base64"));
  });
});

describe("an allowed address", () => {
  const network: Network = {
    resolve: async () => [{ address: "127.0.0.1", family: 4 }],
    isPublic: () => true,
  };
  /** The guard alone, behind which the body that it hands on is answered. */
  function guarded(limits: { readonly maxKiB?: number; readonly seconds?: number } = {}) {
    const app = new Hono<AgentEnv>();
    const fetching = {
      hosts: [`files.example:${trapPort}`],
      maxKiB: 1,
      seconds: 20,
      mediaTypes: ["image/png"],
      ...limits,
    };
    app.use(guardAddresses(fetching, createMetrics(), network));
    app.post("/", async (context) => context.json(await context.req.json()));
    return (body: object, signal?: AbortSignal) =>
      app.request("/", { method: "POST", body: JSON.stringify(body), ...(signal && { signal }) });
  }
  const at = (path: string) => `http://files.example:${trapPort}${path}`;

  it("is replaced by what it holds, in every format, so that nobody behind sees it", async () => {
    const post = guarded();
    for (const { format, message } of addressedMessages(at("/x.png"))) {
      const response = await post({ messages: [message], other: at("/kept") });
      const body = await response.text();
      expect([format, response.status]).toEqual([format, 200]);
      expect(body).toContain(`data:image/png;base64,${PNG.toString("base64")}`);
      expect(body).not.toContain('x.png"');
      expect(body).toContain("/kept");
    }
  });

  it("has the size of a request, and not more with several", async () => {
    const image = (count: number) => ({
      message: { content: Array(count).fill({ type: "image", image: at("/x.png") }) },
    });
    const post = guarded();
    expect((await post(image(128))).status).toBe(200);
    const refused = await post(image(129));
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { error: expect.stringMatching(/^message\.content\.128\.image is refused: .*larger than FLAME_FETCH_MAX_KIB/) },
    ]);
  });

  it("that hangs is given up after its time", async () => {
    const response = await guarded({ seconds: 1 })({ message: { content: [{ type: "image", image: at("/hangs") }] } });
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: expect.stringMatching(/longer than the 1 s of FLAME_FETCH_SECONDS/) },
    ]);
  });

  it("that hangs doesn't outlive its client", async () => {
    const stopping = new AbortController();
    const before = trapped.length;
    const response = guarded()({ message: { content: [{ type: "image", image: at("/hangs") }] } }, stopping.signal);
    await until("it was asked for", () => trapped.length > before);
    stopping.abort();
    expect((await response).status).toBe(503);
  });
});
