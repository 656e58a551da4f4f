import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { clientOf, isRecord, readEvents, stepsOf, textOf } from "../testing/client.ts";
import { lastingDatabase } from "../testing/database.ts";

const QUESTION = "How many days have members to return an article?";
const REFUNDS = { id: "refunds", content: "Members may return an article within 30 days." };
const CITED = "Members may return an article within 30 days. [1]";

describe("a step that only helps", () => {
  const setUp = async () => {
    const open = await lastingDatabase();
    const database = await open();
    const agent = await testAgent({ FLAME_LOG_LEVEL: "warn" }, open);
    onTestFinished(async () => {
      await agent.stop();
      await database.close();
    });
    await agent.post("/documents", REFUNDS);
    return { agent, pool: database.pool };
  };

  it.each([
    { why: "the tenant's documents can't be asked about", table: "knowledge", step: "cache", retrieval: "skipped" },
    { why: "they can't be searched", table: "passages", step: "retrieval", retrieval: "failed" },
  ])("fails where $why: the turn goes on, and its answer is not given again", async ({ table, step, retrieval }) => {
    const { agent, pool } = await setUp();
    await pool.query(`alter table flame.${table} rename to gone`);
    const events = await agent.turn(QUESTION);
    expect(stepsOf(events)).toMatchObject({ [step]: "failed", retrieval, generation: "done" });
    expect(textOf(events)).toContain(`You said "${QUESTION}"`);
    await pool.query(`alter table flame.gone rename to ${table}`);
    const again = await agent.turn(QUESTION);
    expect(stepsOf(again)).toMatchObject({ cache: "miss", retrieval: "done" });
    expect(textOf(again)).toBe(CITED);
    expect(agent.log.map((line) => JSON.parse(line).step)).toEqual([step]);
  });

  it("fails where an answer can't be kept: the turn is done all the same", async () => {
    const { agent, pool } = await setUp();
    await pool.query("alter table flame.cached_answers add constraint full_up check (answer = '')");
    const events = await agent.turn(QUESTION);
    expect(stepsOf(events)).toMatchObject({ cache: "miss", generation: "done" });
    expect(textOf(events)).toBe(CITED);
    expect(agent.log.map((line) => JSON.parse(line).step)).toEqual(["cache"]);
    expect(stepsOf(await agent.turn(QUESTION))).toMatchObject({ cache: "miss" });
  });
});

describe("an agent of two tenants with neither cache nor retrieval", () => {
  const TOKENS = { acme: "acme-token-0123456789", globex: "globex-token-0123456789" };
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await testAgent({
      FLAME_TENANT_TOKENS: `acme=${TOKENS.acme},globex=${TOKENS.globex}`,
      FLAME_CACHE_TTL_SECONDS: "0",
      FLAME_RETRIEVAL_PASSAGES: "0",
    });
  });
  afterAll(() => agent.stop());
  const post = (tenant: keyof typeof TOKENS, path: string, body: unknown) =>
    clientOf(agent.url).post(path, body, { headers: { authorization: `Bearer ${TOKENS[tenant]}` } });

  it("looks nothing up, and keeps nothing", async () => {
    await post("acme", "/documents", REFUNDS);
    for (const _ of [1, 2]) {
      const events = await readEvents(await post("acme", "/turns", { message: QUESTION }));
      expect(stepsOf(events)).toMatchObject({ cache: "skipped", retrieval: "skipped", generation: "done" });
      expect(textOf(events)).toContain(`You said "${QUESTION}"`);
    }
  });

  it("sends a message for the tenant whose turn it was", async () => {
    const events = await readEvents(await post("acme", "/turns", { message: 'Send "hello" to ada@example.com' }));
    const approval = events.find(({ event }) => event === "approval")?.data;
    const id = isRecord(approval) ? approval.id : undefined;
    expect((await post("globex", `/approvals/${id}/approve`, undefined)).status).toBe(404);
    await readEvents(await post("acme", `/approvals/${id}/approve`, undefined));
    const outbox = async (tenant: keyof typeof TOKENS) =>
      (await agent.get("/outbox", { headers: { authorization: `Bearer ${TOKENS[tenant]}` } })).json();
    expect(await outbox("acme")).toMatchObject({ messages: [{ recipient: "ada@example.com" }] });
    expect(await outbox("globex")).toEqual({ messages: [] });
  });
});
