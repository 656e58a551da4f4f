import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord } from "../testing/client.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_RATE_LIMIT_PER_MINUTE: "0" });
});
afterAll(() => agent.stop());

const user = (id: string, content: unknown) => ({ id, role: "user", content });
const ask = (route: string, thread: string, messages: readonly unknown[], resource = "r") =>
  agent.post(`/api/agents/flame/${route}`, { messages, memory: { thread, resource } });
const saidIn = async (thread: string) => {
  const page = await (await agent.get(`/api/memory/threads/${thread}/messages?agentId=flame&resourceId=r`)).json();
  const messages: readonly unknown[] = isRecord(page) && Array.isArray(page.messages) ? page.messages : [];
  return messages.filter((one) => isRecord(one) && one.role === "user").length;
};

describe.each(["generate", "stream"])("a message with an id that the thread has, on %s", (route) => {
  it("is refused where it says something else, and nothing is lost", async () => {
    const thread = crypto.randomUUID();
    await (await ask(route, thread, [user("1", "My name is Ada.")])).text();
    for (const content of ["What is 2 + 2?", [{ type: "text", text: "What is 2 + 2?" }]]) {
      const refused = await ask(route, thread, [user("1", content)]);
      expect([refused.status, await refused.json()]).toEqual([
        400,
        {
          error: "The body is refused",
          problems: expect.stringMatching(/id is that of another message[\s\S]*messages\[0\]\.id/),
        },
      ]);
    }
    expect(await saidIn(thread)).toBe(1);
    expect((await ask(route, thread, [user("2", "What is 2 + 2?")])).status).toBe(200);
  });

  it("is taken where it is sent again, with what comes behind it, or in another thread", async () => {
    const thread = crypto.randomUUID();
    const first = user("1", "My name is Ada.");
    await (await ask(route, thread, [first])).text();
    const again = await ask(route, thread, [first, user("2", "What is my name?")]);
    expect([again.status, await again.text()]).toEqual([200, expect.stringContaining("Ada")]);
    expect(await saidIn(thread)).toBe(2);
    expect((await ask(route, crypto.randomUUID(), [user("1", "Another one")])).status).toBe(200);
  });

  it("tells nothing of another resource's thread", async () => {
    const thread = crypto.randomUUID();
    await (await ask(route, thread, [user("1", "My name is Ada.")])).text();
    for (const words of ["My name is Ada.", "My name is Grace."])
      expect((await ask(route, thread, [user("1", words)], "other")).status).toBe(409);
  });
});
