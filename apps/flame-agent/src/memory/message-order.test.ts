import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { testAgent } from "../testing/agent.ts";

const Said = z.object({
  messages: z.array(
    z.object({
      role: z.string(),
      content: z.object({ parts: z.array(z.object({ text: z.string().optional() })) }),
    }),
  ),
});

afterEach(() => void vi.useRealTimers());

describe("a clock that steps back between two turns", () => {
  it.each([
    { by: "half a second", milliseconds: 500 },
    { by: "two seconds", milliseconds: 2_000 },
    { by: "an hour", milliseconds: 3_600_000 },
  ])("by $by changes neither the order of what was said nor what is remembered", async ({ milliseconds }) => {
    const agent = await testAgent({ FLAME_MEMORY_LAST_MESSAGES: "4", FLAME_CACHE_TTL_SECONDS: "0" });
    onTestFinished(async () => {
      await agent.stop();
    });
    vi.useFakeTimers({ toFake: ["Date"] });
    const heard: string[] = [];
    for (const message of ["My name is Ada.", "What is my name?", "My town is Turin.", "What is my town?"]) {
      heard.push(`user: ${message}`, `assistant: ${await agent.ask(message, "t")}`);
      vi.setSystemTime(Date.now() - milliseconds);
    }
    expect(heard[3]).toBe("assistant: Your name is Ada.");
    expect(heard[7]).toBe("assistant: Your town is Turin.");
    const listed = await agent.get("/api/memory/threads/t/messages?agentId=flame&resourceId=default");
    const { messages } = Said.parse(await listed.json());
    expect(
      messages.map(({ role, content }) => `${role}: ${content.parts.map(({ text }) => text ?? "").join("")}`),
    ).toEqual(heard);
  });
});
