import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { atEndOfSuite } from "../../apps/flame-agent/src/testing/at-end.ts";
import { callingModel } from "../../apps/flame-agent/src/testing/calling-model.ts";
import { servePage } from "../clients/assistant-ui/serve.ts";
import { agentClient } from "../support/agent/agent-client.ts";
import { type AgentProcess, startAgentProcess } from "../support/agent/agent-process.ts";
import { until } from "../support/agent/until.ts";
import { findChromium, launch } from "./chromium.ts";

/** How long a turn goes on that nobody follows: time enough to load the page again. */
const RECONNECT_SECONDS = 10;

const Turns = z.object({ turns: z.array(z.object({ state: z.string() })) });

const executable = findChromium();

describe.skipIf(executable === undefined)("assistant-ui in Chromium", () => {
  let folder: string;
  let closePage: () => Promise<void>;
  let agent: AgentProcess;
  let browser: Browser;
  let page: Page;
  let url: string;
  let origin: string;
  const complaints: string[] = [];
  const atEnd = atEndOfSuite();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "assistant-ui-"));
    const served = await servePage(folder);
    ({ origin } = served);
    closePage = () => served.server.close();
    agent = startAgentProcess({
      variables: {
        FLAME_CORS_ORIGINS: origin,
        FLAME_MODEL_TOKENS_PER_SECOND: "200",
        FLAME_TURN_RECONNECT_SECONDS: `${RECONNECT_SECONDS}`,
      },
    });
    ({ url } = await agent.ready());
    browser = await launch(executable ?? "");
    page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${origin}/?agent=${encodeURIComponent(url)}`);
  });

  afterAll(async () => {
    await browser?.close();
    await agent?.[Symbol.asyncDispose]();
    await closePage?.();
    await rm(folder, { recursive: true, force: true });
  });

  const say = async (text: string) => {
    await page.getByPlaceholder("Message").fill(text);
    await page.getByRole("button", { name: "Send" }).click();
  };
  const shown = (text: string | RegExp) => page.locator(".message", { hasText: text }).last().waitFor();

  it("talks, remembers and shows what tools give", async () => {
    await say("My name is Ada.");
    await shown("Noted: your name is Ada");
    await say("What is my name?");
    await shown("Your name is Ada.");
    await say("What is 6 * 7?");
    await page.locator(".tool", { hasText: "6 * 7 = 42" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("asks for an approval and goes on", async () => {
    await say('Send "hello" to ada@example.org');
    await page.getByRole("button", { name: "Approve" }).click();
    await shown("The message to ada@example.org is sent.");
    expect(await agentClient(url).outbox()).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it("stops in the middle, and the turn with it", async () => {
    await say("count to 9000");
    await shown(/ 9 /);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Send" }).waitFor();
    const active = async () => (await (await fetch(`${url}/metrics`)).text()).includes("flame_turns_active 0");
    await until("the turn is over", active, 2_000 * RECONNECT_SECONDS);
    expect(complaints).toEqual([]);
  });

  it("loaded again in the middle of an answer, shows it from its beginning and on to its end", async () => {
    // Else it may begin with the end of the chat that was stopped.
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await say("count to 1500");
    await shown(/ 9 /);
    const chat = await page.evaluate(() => sessionStorage.getItem("aui-resumable-stream-id"));
    const turns = async () => Turns.parse(await (await fetch(`${url}/turns?thread=${chat}`)).json()).turns;
    await page.reload();
    await shown(/ 9 /);
    expect(await turns()).toMatchObject([{ state: "running" }]);
    await page.locator(".message", { hasText: /1 2 3 4 .* 1499 1500/ }).waitFor();
    await page.getByRole("button", { name: "Send" }).waitFor();
    expect(await page.locator(".message").count()).toBe(1);
    expect(await turns()).toMatchObject([{ state: "completed" }]);
    expect(complaints).toEqual([]);
  });

  it("asks the questions of one answer one after the other, beside a call that needs none", async () => {
    const send = (id: string) => ({ id, name: "send_message", input: { to: `${id}@example.org`, text: "hello" } });
    const calls = [send("one"), { id: "sum", name: "calculate", input: { expression: "20 + 22" } }, send("two")];
    const { variables } = await callingModel(() => calls, atEnd);
    await using calling = startAgentProcess({ variables: { ...variables, FLAME_CORS_ORIGINS: origin } });
    const { url: at } = await calling.ready();
    const outbox = async () => (await agentClient(at).outbox()).map(({ recipient }) => recipient);
    await page.evaluate(() => sessionStorage.clear());
    await page.goto(`${origin}/?agent=${encodeURIComponent(at)}`);
    await say("Send both");
    const approve = page.getByRole("button", { name: "Approve" });
    await approve.click();
    await page.locator(".tool", { hasText: "20 + 22 = 42" }).waitFor();
    await approve.waitFor();
    expect(await outbox()).toEqual(["one@example.org"]);
    await approve.click();
    await shown("done");
    expect(await outbox()).toEqual(["one@example.org", "two@example.org"]);
    expect(await page.locator(".tool").count()).toBe(3);
    expect(complaints).toEqual([]);
  });
});
