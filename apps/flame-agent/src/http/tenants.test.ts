import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { readEvents, readerOf, readRest } from "../testing/client.ts";
import { until } from "../testing/folder.ts";
import { isRecord } from "./is-record.ts";

/** Stands in everything that the tenant globex has, and in nothing that anybody else sends. */
const MARK = "Zanzibar";
const ACME = "acme-token-0123456789";
const GLOBEX = "globex-token-0123456789";
const OPERATOR = "operator-token-0123456789";
const ATTACKERS = { acme: ACME, operator: OPERATOR };
/** How long another tenant listens to a thread whose owner may say something. */
const SUBSCRIBED_MILLISECONDS = 100;
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

let agent: TestAgent;
/** Every id that something of globex has. */
let ids: readonly string[] = [];

beforeAll(async () => {
  agent = await testAgent({
    FLAME_ACCESS_TOKEN: OPERATOR,
    FLAME_TENANT_TOKENS: `acme=${ACME},globex=${GLOBEX}`,
    FLAME_RATE_LIMIT_PER_MINUTE: "0",
    FLAME_MODEL_TOKENS_PER_SECOND: "10000",
  });
  const owner = as(GLOBEX);
  const turn = { thread: "trips", resource: "ada" };
  await readEvents(await agent.post("/turns", { message: `My name is ${MARK}.`, ...turn }, owner));
  await readEvents(await agent.post("/turns", { message: `Send "${MARK}" to ada@example.org`, ...turn }, owner));
  await agent.post("/documents", { id: "guide", title: MARK, content: `The capital is ${MARK}.` }, owner);
  await agent.post("/api/memory/threads?agentId=flame", { threadId: "plans", resourceId: "ada", title: MARK }, owner);
  ids = ["trips", "plans", "ada", "guide", "flame", ...(await idsOf(["/approvals", "/documents", "/outbox"]))];
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

describe("what a tenant has", () => {
  it("is there for itself", async () => {
    expect(await owned()).toEqual(await owned());
    for (const part of await owned()) expect(part).toContain(MARK);
  });

  const tried = new Set<string>();
  const routesOf = () => agent.routes.filter(({ path }) => !path.includes("*"));

  it.each(["acme", "operator"] as const)("can't be read, changed or guessed by %s through any route", async (name) => {
    const before = await owned();
    await fc.assert(
      fc.asyncProperty(attack(routesOf()), async ({ route, request }) => {
        tried.add(`${route.method} ${route.path}`);
        const response = await agent.get(request.path, {
          method: route.method,
          ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
          headers: { "content-type": "application/json", authorization: `Bearer ${ATTACKERS[name]}` },
        });
        const text = route.path.endsWith("/subscribe") ? await firstText(response) : await response.text();
        expect(text).not.toContain(MARK);
        expect(response.status).toBeLessThan(500);
      }),
      { numRuns: 200, seed: name.length, endOnFailure: true },
    );
    expect(await owned()).toEqual(before);
  });

  it("was tried on every route", () => {
    const routes = routesOf().map(({ method, path }) => `${method} ${path}`);
    expect(routes.length).toBeGreaterThan(20);
    expect([...tried].toSorted()).toEqual(routes.toSorted());
  });

  it("isn't told by metrics or the log", async () => {
    expect(await (await agent.get("/metrics", as(OPERATOR))).text()).not.toContain(MARK);
    expect(agent.log.join("")).not.toContain(MARK);
  });
});

/** What a stream that doesn't end says in its first SUBSCRIBED_MILLISECONDS. */
async function firstText(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response.text();
  const reader = readerOf(response);
  const leave = setTimeout(() => void reader.cancel(), SUBSCRIBED_MILLISECONDS);
  const text = await readRest(reader);
  clearTimeout(leave);
  return text;
}

/** A request of another tenant for any route, with ids, threads and resources of globex in every place. */
function attack(routes: TestAgent["routes"]) {
  const name = fc.constantFrom(...["trips", "plans", "guide", "ada"], "globex:trips", "globex:plans", "globex:ada");
  const value = fc.oneof(
    name,
    fc.nat({ max: 40 }).map((index) => ids[index % ids.length] ?? "trips"),
    name.map((one) => `default:${one}`),
    name.map((one) => `acme:../${one}`),
  );
  return fc
    .record({
      route: fc.constantFrom(...routes),
      parameter: value,
      thread: value,
      resource: value,
      query: fc.boolean(),
    })
    .map(({ route, parameter, thread, resource, query }) => {
      const path = route.path.replace(/:\w+/g, (key) => (key === ":agentId" ? "flame" : encodeURIComponent(parameter)));
      const search = query ? `?agentId=flame&resourceId=${encodeURIComponent(resource)}` : "";
      return { route, request: { path: `${path}${search}`, body: bodyFor(route, thread, resource) } };
    });
}

/** A body that the route is likely to take. */
function bodyFor(route: { readonly method: string; readonly path: string }, thread: string, resource: string) {
  if (route.method === "GET") return undefined;
  if (route.path === "/turns") return { message: "What is my name?", thread, resource };
  if (route.path === "/documents") return { id: thread, content: "Mine." };
  if (route.path.startsWith("/approvals")) return {};
  if (/\/(generate|stream)$/.test(route.path)) {
    return { messages: "What is my name?", memory: { thread, resource } };
  }
  if (/-message$/.test(route.path)) return { message: "What is my name?", threadId: thread, resourceId: resource };
  if (/\/threads\/(abort|subscribe)$/.test(route.path)) return { threadId: thread, resourceId: resource };
  return { threadId: thread, resourceId: resource, title: "Mine" };
}

/** Everything of globex, as globex sees it. */
async function owned(): Promise<readonly string[]> {
  const paths = [
    "/documents",
    "/documents/guide",
    "/approvals",
    "/api/memory/threads?agentId=flame&resourceId=ada",
    "/api/memory/threads/trips/messages?agentId=flame&resourceId=ada",
    "/api/memory/threads/plans?agentId=flame&resourceId=ada",
  ];
  return Promise.all(paths.map(async (path) => (await agent.get(path, as(GLOBEX))).text()));
}

/** The ids in what globex sees at these paths, and of the turns that it took. */
async function idsOf(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) collect(one);
    if (!isRecord(value)) return;
    for (const [key, one] of Object.entries(value)) {
      if (typeof one === "string" && /^(id|turn|run|toolCall)$/.test(key)) found.push(one);
      collect(one);
    }
  };
  for (const path of paths) collect(await (await agent.get(path, as(GLOBEX))).json());
  await until("the approval is there", () => found.length > 1);
  return found;
}
