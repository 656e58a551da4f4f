import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord, parseEvents, readerOf, readRest, readUntil, type StreamEvent, textOf } from "../testing/client.ts";
import { until } from "../testing/folder.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({
    FLAME_TENANT_TOKENS: "acme=acme-token-acme-token,globex=globex-token-globex",
    FLAME_ACCESS_TOKEN: "operator-token-operator",
    FLAME_MODEL_TOKENS_PER_SECOND: "200",
  });
});
afterAll(() => agent.stop());

const as = (tenant: string, headers: Record<string, string> = {}) => ({
  headers: {
    authorization: `Bearer ${{ acme: "acme-token-acme-token", globex: "globex-token-globex" }[tenant]}`,
    ...headers,
  },
});
const turnIn = (stream: string) => /"turn":"([^"]+)"/.exec(stream)?.[1] ?? "";
const idsIn = (stream: string) => [...stream.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
const count = (upTo: number) => Array.from({ length: upTo }, (_, index) => index + 1);
const events = async (turn: string, query = "", init = as("acme")) => {
  const response = await agent.get(`/turns/${turn}/events${query}`, init);
  return { status: response.status, stream: await response.text() };
};

/** A turn whose client leaves in its middle, having seen this much. */
async function left(message: string): Promise<{ readonly turn: string; readonly seen: string }> {
  const leaving = new AbortController();
  const response = await agent.post("/turns", { message, thread: "t" }, { ...as("acme"), signal: leaving.signal });
  const seen = await readUntil(readerOf(response), '" 9"');
  leaving.abort();
  return { turn: turnIn(seen), seen: seen.slice(0, seen.lastIndexOf("\n\n") + 2) };
}

describe("a client that lost its connection", () => {
  it.each(["header", "query"])("gets what it missed and the rest, once and in order, by the %s", async (way) => {
    const { turn, seen } = await left("count to 120");
    const last = idsIn(seen).at(-1) ?? 0;
    const rest =
      way === "header"
        ? await events(turn, "", as("acme", { "last-event-id": `${last}` }))
        : await events(turn, `?after=${last}`);
    expect(rest.status).toBe(200);
    const whole = seen + rest.stream;
    expect(idsIn(whole)).toEqual(count(idsIn(whole).length));
    expect(textOf(parseEvents(whole))).toBe(count(120).join(" "));
    expect(parseEvents(whole).at(-1)?.event).toBe("end");
    // All of it again, behind the turn's end; and nothing more from there on.
    expect((await events(turn)).stream).toBe(whole);
    expect(await events(turn, `?after=${idsIn(whole).length}`)).toEqual({ status: 204, stream: "" });
  });

  it("may be several, who get the same", async () => {
    const { turn } = await left("count to 100");
    const streams = await Promise.all(["", "?after=3", "?after=0"].map((query) => events(turn, query)));
    const texts = streams.map(({ stream }) => idsIn(stream).at(-1));
    expect(new Set(texts).size).toBe(1);
    expect(textOf(parseEvents(streams[0]?.stream ?? ""))).toBe(count(100).join(" "));
  });

  it("gets an approval's question again, and then what became of it", async () => {
    const asked = await agent.post("/turns", { message: 'Send "hi" to ada@example.com' }, as("acme"));
    const first = await asked.text();
    const turn = turnIn(first);
    expect((await events(turn)).stream).toBe(first);
    expect((await events(turn, `?after=${idsIn(first).length}`)).status).toBe(204);
    const approval = dataOf(parseEvents(first), "approval").id;
    const approved = await (await agent.post(`/approvals/${approval}/approve`, undefined, as("acme"))).text();
    expect(idsIn(first + approved)).toEqual(count(idsIn(first + approved).length));
    expect((await events(turn, `?after=${idsIn(first).length}`)).stream).toBe(approved);
  });
});

describe("a turn that nobody comes back to", () => {
  it("is cancelled once its time to reconnect is over", async () => {
    const impatient = await testAgent({ FLAME_TURN_RECONNECT_SECONDS: "1" });
    onTestFinished(async () => void (await impatient.stop()));
    const leaving = new AbortController();
    const response = await impatient.post("/turns", { message: "count to 9000" }, { signal: leaving.signal });
    const turn = turnIn(await readUntil(readerOf(response), '" 9"'));
    leaving.abort();
    const state = async () => {
      const record: unknown = await (await impatient.get(`/turns/${turn}`)).json();
      return isRecord(record) && record.state;
    };
    expect(await state()).toBe("running");
    await until("it is cancelled", async () => (await state()) === "cancelled", 20_000);
    const told = await (await impatient.get(`/turns/${turn}/events`)).text();
    expect(parseEvents(told).at(-1)).toEqual({
      event: "error",
      data: { code: "client-left", message: "The client left" },
    });
    expect(await impatient.metrics()).toContain('flame_turns_total{outcome="client-left"} 1');
  });

  it("goes on where somebody else follows it", async () => {
    const impatient = await testAgent({ FLAME_TURN_RECONNECT_SECONDS: "0" });
    onTestFinished(async () => void (await impatient.stop()));
    const leaving = new AbortController();
    const response = await impatient.post("/turns", { message: "count to 2000" }, { signal: leaving.signal });
    const turn = turnIn(await readUntil(readerOf(response), '" 9"'));
    const other = readerOf(await impatient.get(`/turns/${turn}/events`));
    await readUntil(other, '" 9"');
    leaving.abort();
    expect(await readRest(other)).toContain("event: end");
  });
});

describe("the events of a turn", () => {
  it("are refused to another tenant, another thread and another resource, as if there were no such turn", async () => {
    const turn = turnIn(
      await (await agent.post("/turns", { message: "hi", thread: "of-r", resource: "r" }, as("acme"))).text(),
    );
    expect((await events(turn, "?thread=of-r&resource=r")).status).toBe(200);
    for (const refused of [
      await events(turn, "", as("globex")),
      await events(turn, "?thread=u"),
      await events(turn, "?resource=s&thread=of-r"),
      await events("00000000-0000-4000-8000-000000000000"),
      await events("nothing"),
    ])
      expect(refused).toEqual({ status: 404, stream: '{"error":"No turn of this id"}' });
  });

  it.each([{ query: "?after=x" }, { query: "?after=-1" }, { query: "?since=1" }, { query: "", header: "1.5" }])(
    "are refused with 400 at $query $header",
    async ({ query, header }) => {
      const turn = "00000000-0000-4000-8000-000000000000";
      const refused = await events(turn, query, as("acme", header === undefined ? {} : { "last-event-id": header }));
      expect([refused.status, refused.stream]).toEqual([400, expect.stringMatching(/allowed: \?after/)]);
    },
  );
});

function dataOf(all: readonly StreamEvent[], name: string): Record<string, unknown> {
  const data = all.find(({ event }) => event === name)?.data;
  return isRecord(data) ? data : {};
}
