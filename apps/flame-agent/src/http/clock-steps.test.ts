import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { testAgent } from "../testing/agent.ts";
import { isRecord, parseEvents, readEvents, readerOf, readRest, readUntil } from "../testing/client.ts";

const Listed = z.record(z.string(), z.array(z.looseObject({ id: z.string() })));
const Said = z.object({
  messages: z.array(
    z.object({ role: z.string(), content: z.object({ parts: z.array(z.object({ text: z.string().optional() })) }) }),
  ),
});

afterEach(() => void vi.useRealTimers());

describe.each([
  { by: "half a second", milliseconds: 500 },
  { by: "two seconds", milliseconds: 2_000 },
  { by: "an hour", milliseconds: 3_600_000 },
])("a clock that steps back by $by", ({ milliseconds }) => {
  const back = () => void vi.setSystemTime(Date.now() - milliseconds);
  const start = async (variables: Readonly<Record<string, string>> = {}) => {
    const agent = await testAgent(variables);
    onTestFinished(async () => void (await agent.stop()));
    vi.useFakeTimers({ toFake: ["Date"] });
    const ids = async (path: string, name: string) =>
      (Listed.parse(await (await agent.get(path)).json())[name] ?? []).map(({ id }) => id);
    const said = async (thread: string) => {
      const listed = await agent.get(`/api/memory/threads/${thread}/messages?agentId=flame&resourceId=default`);
      return Said.parse(await listed.json()).messages.map(
        ({ role, content }) => `${role}: ${content.parts.map(({ text }) => text ?? "").join("")}`,
      );
    };
    return { ...agent, ids, said };
  };

  it("changes neither the order of turns, approvals and sent messages, nor where their pages end", async () => {
    const agent = await start();
    const turns: string[] = [];
    const approvals: string[] = [];
    for (const word of ["one", "two", "three"]) {
      const events = await agent.turn(`Send "${word}" to ada@example.org`, "t");
      turns.push(idIn(events, "start", "turn"));
      approvals.push(idIn(events, "approval", "id"));
      back();
    }
    expect(await agent.ids("/turns?thread=t", "turns")).toEqual(turns.toReversed());
    expect(await agent.ids("/approvals", "approvals")).toEqual(approvals);
    expect(await agent.ids(`/approvals?after=${approvals[0]}`, "approvals")).toEqual(approvals.slice(1));
    const chat = parseEvents(await (await agent.get("/chat/t/stream")).text());
    expect(chat[0]?.data).toMatchObject({ messageId: turns[2] });

    for (const approval of approvals) {
      await (await agent.post(`/approvals/${approval}/approve`, undefined)).text();
      back();
    }
    const outbox = await agent.ids("/outbox", "messages");
    const Sent = z.object({ messages: z.array(z.object({ body: z.string() })) });
    const { messages } = Sent.parse(await (await agent.get("/outbox")).json());
    expect(messages.map(({ body }) => body)).toEqual(["one", "two", "three"]);
    expect(await agent.ids(`/outbox?after=${outbox[0]}`, "messages")).toEqual(outbox.slice(1));
  });

  it("in the middle of a turn leaves its answer behind its question, and the next turn behind both", async () => {
    const agent = await start({ FLAME_MODEL_TOKENS_PER_SECOND: "60", FLAME_CACHE_TTL_SECONDS: "0" });
    const heard: string[] = [];
    for (const message of ["My name is Ada.", "count to 12", "What is my name?"]) {
      const reader = readerOf(await agent.post("/turns", { message, thread: "t" }));
      const seen = await readUntil(reader, "event: text");
      back();
      const events = parseEvents(seen + (await readRest(reader)));
      const text = events.map(({ event, data }) => (event === "text" && isRecord(data) ? String(data.delta) : ""));
      heard.push(`user: ${message}`, `assistant: ${text.join("")}`);
    }
    expect(heard.at(-1)).toBe("assistant: Your name is Ada.");
    expect(await agent.said("t")).toEqual(heard);
  });

  it("leaves an answer that is given again behind its question, and both behind what was said", async () => {
    const agent = await start();
    await agent.post("/documents", { id: "guide", content: "The capital of Freedonia is Sylvania." });
    const question = "What is the capital of Freedonia?";
    await agent.turn(question, "first");
    const heard: string[] = [];
    for (const message of ["My name is Ada.", question]) {
      back();
      heard.push(`user: ${message}`, `assistant: ${await agent.ask(message, "t")}`);
    }
    expect(await agent.metrics()).toMatch(/flame_cache_lookups_total\{outcome="hit"\} [1-9]/);
    back();
    heard.push("user: What is my name?", `assistant: ${await agent.ask("What is my name?", "t")}`);
    expect(heard.at(-1)).toBe("assistant: Your name is Ada.");
    expect(await agent.said("t")).toEqual(heard);
  });

  it("leaves a turn that is taken up again behind what was said before it", async () => {
    const agent = await start({ FLAME_CACHE_TTL_SECONDS: "0" });
    const heard = ["user: My name is Ada.", `assistant: ${await agent.ask("My name is Ada.", "t")}`];
    back();
    const asked = await agent.turn('Send "hello" to ada@example.org', "t");
    back();
    const decided = await agent.post(`/approvals/${idIn(asked, "approval", "id")}/approve`, undefined);
    expect((await readEvents(decided)).at(-1)?.event).toBe("end");
    back();
    heard.push("user: What is my name?", `assistant: ${await agent.ask("What is my name?", "t")}`);
    const said = await agent.said("t");
    expect(said.slice(0, 2)).toEqual(heard.slice(0, 2));
    expect(said[2]).toBe('user: Send "hello" to ada@example.org');
    expect(said.slice(-2)).toEqual(heard.slice(-2));
    expect(heard.at(-1)).toBe("assistant: Your name is Ada.");
  });
});

function idIn(events: readonly { readonly event: string; readonly data: unknown }[], event: string, name: string) {
  const data = events.find((one) => one.event === event)?.data;
  const id = isRecord(data) ? data[name] : undefined;
  if (typeof id !== "string") throw new Error(`no ${event} with ${name} in ${JSON.stringify(events)}`);
  return id;
}
