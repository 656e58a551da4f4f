import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { readEvents } from "../testing/client.ts";
import { isRecord } from "./is-record.ts";

const ACME = "acme-token-0123456789";
const GLOBEX = "globex-token-0123456789";
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({
    FLAME_ACCESS_TOKEN: "operator-token-0123456789",
    FLAME_TENANT_TOKENS: `acme=${ACME},globex=${GLOBEX}`,
    FLAME_RATE_LIMIT_PER_MINUTE: "0",
    FLAME_MODEL_TOKENS_PER_SECOND: "10000",
  });
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

const user = (id: string, content: string) => ({ id, role: "user", content });
const generate = (token: string, thread: string, resource: string, ...messages: readonly object[]) =>
  agent.post("/api/agents/flame/generate", { messages, memory: { thread, resource } }, as(token));
const threadPath = (thread: string, resource: string, part = "") =>
  `/api/memory/threads/${encodeURIComponent(thread)}${part}?agentId=flame&resourceId=${encodeURIComponent(resource)}`;

/** What a thread says, as its owner reads it: id, role and text of each message. */
async function said(token: string, thread: string, resource: string) {
  const response = await agent.get(threadPath(thread, resource, "/messages"), as(token));
  const body: unknown = await response.json();
  if (!isRecord(body) || !Array.isArray(body.messages)) throw new Error(`no messages: ${JSON.stringify(body)}`);
  return body.messages.map(({ id, role, content }) => ({
    id,
    role,
    text: content.parts.flatMap((part: { text?: string }) => part.text ?? []).join(""),
  }));
}

async function questions(token: string, thread: string, resource: string) {
  const all = await said(token, thread, resource);
  return all.filter(({ role }) => role === "user").map(({ id, text }) => ({ id, text }));
}

describe("an id of a message", () => {
  it("that another tenant has used takes nothing away, and each tenant reads its own under it", async () => {
    await generate(ACME, "t1", "u", user("1", "Remember the word heron."));
    expect((await generate(GLOBEX, "t2", "u", user("1", "Remember the word stork."))).status).toBe(200);
    expect(await questions(ACME, "t1", "u")).toEqual([{ id: "1", text: "Remember the word heron." }]);
    expect(await questions(GLOBEX, "t2", "u")).toEqual([{ id: "1", text: "Remember the word stork." }]);
  });

  it("that counts up is each user's and each thread's own", async () => {
    const threads = ["ada", "bob"].flatMap((owner) =>
      ["a", "b"].map((name) => ({ owner, thread: `${owner}-${name}` })),
    );
    for (const { owner, thread } of threads) {
      await generate(ACME, thread, owner, user("1", `${thread} one`));
      await generate(ACME, thread, owner, user("2", `${thread} two`));
    }
    for (const { owner, thread } of threads)
      expect(await questions(ACME, thread, owner)).toEqual([
        { id: "1", text: `${thread} one` },
        { id: "2", text: `${thread} two` },
      ]);
  });

  it("that is a turn's doesn't take the turn's message", async () => {
    const [start] = await readEvents(
      await agent.post("/turns", { message: "My name is Ada.", thread: "turns", resource: "ada" }, as(ACME)),
    );
    const turn = isRecord(start?.data) ? String(start.data.turn) : "";
    await generate(GLOBEX, "thief", "u", user(turn, "mine now"));
    await generate(ACME, "thief", "bob", user(turn, "mine now"));
    expect(await questions(ACME, "turns", "ada")).toEqual([{ id: turn, text: "My name is Ada." }]);
  });

  it("sent again in its own thread is the same message, and not a second", async () => {
    await generate(ACME, "again", "ada", user("1", "one"));
    const [question, answer] = await said(ACME, "again", "ada");
    await generate(
      ACME,
      "again",
      "ada",
      user("1", "one"),
      { id: answer?.id, role: "assistant", content: answer?.text },
      user("2", "two"),
    );
    const after = await said(ACME, "again", "ada");
    expect(after.map(({ id }) => id).slice(0, 2)).toEqual([question?.id, answer?.id]);
    expect(after.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  });
});

describe("a thread of another user of the tenant", () => {
  it("isn't moved by making it again, nor emptied by its owner's doing so", async () => {
    const thread = { threadId: "plans", resourceId: "ada", title: "Plans", metadata: { colour: "teal" } };
    expect((await agent.post("/api/memory/threads?agentId=flame", thread, as(ACME))).status).toBe(200);
    const before = await (await agent.get(threadPath("plans", "ada"), as(ACME))).json();
    for (const resourceId of ["bob", "ada"]) {
      const again = { threadId: "plans", resourceId };
      const response = await agent.post("/api/memory/threads?agentId=flame", again, as(ACME));
      expect([response.status, await response.json()]).toEqual([409, { error: expect.stringContaining("thread") }]);
    }
    expect(await (await agent.get(threadPath("plans", "ada"), as(ACME))).json()).toEqual(before);
  });

  it.each([
    {
      how: "a turn",
      send: () => agent.post("/turns", { message: "hi", thread: "hers", resource: "bob" }, as(ACME)),
    },
    { how: "generate", send: () => generate(ACME, "hers", "bob", user("9", "hi")) },
    {
      how: "stream",
      send: () =>
        agent.post(
          "/api/agents/flame/stream",
          { messages: "hi", memory: { thread: { id: "hers", title: "mine" }, resource: "bob" } },
          as(ACME),
        ),
    },
    ...["send-message", "queue-message"].map((route) => ({
      how: route,
      send: () =>
        agent.post(`/api/agents/flame/${route}`, { message: "hi", threadId: "hers", resourceId: "bob" }, as(ACME)),
    })),
  ])("is refused to $how with 409, and stays as it is", async ({ send }) => {
    await generate(ACME, "hers", "ada", user("1", "mine"));
    const before = await said(ACME, "hers", "ada");
    const response = await send();
    expect([response.status, await response.json()]).toEqual([409, { error: expect.stringMatching(/thread belongs/) }]);
    expect(await said(ACME, "hers", "ada")).toEqual(before);
  });

  it.each([
    { method: "GET", part: "" },
    { method: "GET", part: "/messages" },
    { method: "DELETE", part: "" },
    { method: "PATCH", part: "" },
  ])("is refused to $method $part with 403", async ({ method, part }) => {
    await generate(ACME, "held", "ada", user("1", "mine"));
    const before = await said(ACME, "held", "ada");
    const response = await agent.get(threadPath("held", "bob", part), {
      method,
      ...(method === "PATCH" && { body: JSON.stringify({ title: "x", resourceId: "bob" }) }),
      headers: { ...as(ACME).headers, "content-type": "application/json" },
    });
    expect(response.status).toBe(403);
    expect(await said(ACME, "held", "ada")).toEqual(before);
  });
});

describe("of several resources that race for a new thread", () => {
  const ways: Readonly<Record<string, (thread: string, resource: string) => Promise<Response>>> = {
    turns: (thread, resource) => agent.post("/turns", { message: `I am ${resource}.`, thread, resource }, as(ACME)),
    generate: (thread, resource) => generate(ACME, thread, resource, user("1", `I am ${resource}.`)),
    create: (threadId, resourceId) =>
      agent.post("/api/memory/threads?agentId=flame", { threadId, resourceId, title: resourceId }, as(ACME)),
  };

  it.each(["turns", "generate", "create"])("one alone gets it by %s, and the others are told with 409", async (way) => {
    for (let round = 0; round < 4; round += 1) {
      const thread = `race-${way}-${round}`;
      const resources = ["ada", "bob", "eve"];
      const answers = await Promise.all(
        resources.map(async (resource) => {
          const response = await ways[way]?.(thread, resource);
          return { resource, status: response?.status, text: await response?.text() };
        }),
      );
      const [winner, ...more] = answers.filter(({ status }) => status === 200);
      expect(more).toEqual([]);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
      const owner = winner?.resource ?? "";
      const shown: unknown = await (await agent.get(threadPath(thread, owner), as(ACME))).json();
      expect(shown).toMatchObject({ resourceId: `acme:${owner}` });
      if (way !== "create")
        expect((await questions(ACME, thread, owner)).map(({ text }) => text)).toEqual([`I am ${owner}.`]);
    }
  });
});
