import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_RATE_LIMIT_PER_MINUTE: "0", FLAME_MESSAGE_LIMIT_CHARACTERS: "2000" });
});
afterAll(() => agent.stop());

const user = (text: string) => ({ role: "user", parts: [{ type: "text", text }] });
const assistant = (text: string) => ({ role: "assistant", parts: [{ type: "text", text }] });
const say = (...messages: readonly object[]) => agent.post("/chat", { id: crypto.randomUUID(), messages });

describe("what a chat's client sends of what was said before", () => {
  it("may be longer than a message, as answers are", async () => {
    const response = await say(user("count to 1000"), assistant("1 2 3 ".repeat(1_000)), user("What is 6 * 7?"));
    expect(await response.text()).toContain("42");
  });

  it.each([
    { why: "as one part", messages: [user("a".repeat(2_001))] },
    { why: "behind what was said before", messages: [user("hi"), assistant("hello"), user("a".repeat(2_001))] },
  ])("doesn't change what is said now, which is refused where it is longer: $why", async ({ messages }) => {
    const response = await say(...messages);
    expect(response.status).toBe(413);
    expect(await response.text()).toContain("FLAME_MESSAGE_LIMIT_CHARACTERS");
  });
});
