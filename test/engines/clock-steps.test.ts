import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type AgentClient, wordsOf } from "../support/agent/agent-client.ts";
import { startAgentProcess } from "../support/agent/agent-process.ts";
import { approvalOf } from "../support/agent/human.ts";
import { followTurn } from "../support/agent/turn-follower.ts";
import { until } from "../support/agent/until.ts";
import { findFaketime, type SteppingClock, startClock } from "./faketime.ts";
import { havePostgresql, startPostgresql } from "./postgresql.ts";

const library = findFaketime();
const STEPS_SECONDS = [-0.5, -2, -3_600];
/** The least that a step has to be seen by, whatever the machine's load adds to the time since. */
const SEEN_SHARE = 0.5;

const Health = z.object({ time: z.iso.datetime() });
const Turns = z.object({ turns: z.array(z.object({ id: z.string() })) });

const databases = { embedded: library !== undefined, postgresql: library !== undefined && havePostgresql() };

describe.each(["embedded", "postgresql"] as const)("an agent on %s whose clock steps back", (kind) => {
  it.runIf(databases[kind])(
    "keeps the order of what is said, asked and sent, between turns and in their middle",
    async () => {
      await using undo = new AsyncDisposableStack();
      const folder = await mkdtemp(join(tmpdir(), "flame-clock-"));
      undo.defer(() => rm(folder, { recursive: true, force: true }));
      const clock = await startClock(library ?? "", folder);
      const agent = undo.use(
        startAgentProcess({
          variables: {
            ...clock.variables,
            ...(kind === "postgresql"
              ? (await undo.use(await startPostgresql()).newDatabase()).variables
              : { FLAME_DATA_FOLDER: join(folder, "data") }),
            FLAME_MODEL_TOKENS_PER_SECOND: "15",
            FLAME_CACHE_TTL_SECONDS: "0",
          },
        }),
      );
      const client = await agent.ready();
      const heard: string[] = [];
      const turns: string[] = [];
      const approvals: string[] = [];

      const say = async (message: string, middle = async () => {}) => {
        const follower = followTurn(
          await client.ask("/turns", { method: "POST", body: JSON.stringify({ message, thread: "t" }) }),
        );
        await until("it answers", () => follower.events.some(({ event }) => event === "text"));
        await middle();
        await follower.over;
        expect(follower.events.at(-1)?.event).toBe("end");
        const ids = follower.events.map(({ id }) => id);
        expect(ids).toEqual(ids.map((_id, index) => index + 1));
        const answer = follower.events
          .map(({ event, data }) => (event === "text" ? JSON.parse(data).delta : ""))
          .join("");
        turns.push(String(JSON.parse(follower.events[0]?.data ?? "{}").turn));
        heard.push(`user: ${message}`, `assistant: ${answer}`);
        return answer;
      };
      for (const [index, seconds] of STEPS_SECONDS.entries()) {
        await say(`My name is Ada${index}.`);
        await stepBack(client, clock, seconds);
        expect(await say("What is my name?")).toContain(`Ada${index}`);
        await say("count to 60", () => stepBack(client, clock, seconds));
        expect(await say("What is my name?")).toContain(`Ada${index}`);
        const asked = await client.say(`Send "${index}" to ada@example.org`, `asked-${index}`).report;
        approvals.push(approvalOf(asked));
        await stepBack(client, clock, seconds);
      }
      expect((await client.messages("t")).map((one) => `${one.role}: ${wordsOf(one)}`)).toEqual(heard);
      const listed = Turns.parse(await (await client.ask("/turns?thread=t")).json());
      expect(listed.turns.map(({ id }) => id)).toEqual(turns.toReversed());
      expect((await client.approvals()).map(({ id }) => id)).toEqual(approvals);
      for (const approval of approvals) {
        expect((await client.approve(approval).report).outcome).toBe("ended");
        await stepBack(client, clock, -2);
      }
      expect((await client.outbox()).map(({ body }) => body)).toEqual(["0", "1", "2"]);
      expect(await agent.terminate()).toBe(0);
    },
  );
});

/** Has the agent's clock step, and waits until the agent lives by it. */
async function stepBack(client: AgentClient, clock: SteppingClock, seconds: number): Promise<void> {
  const time = async () => Date.parse(Health.parse(await (await client.ask("/health")).json()).time);
  const behind = async () => (performance.timeOrigin + performance.now() - (await time())) / 1000;
  const before = await behind();
  await clock.step(seconds);
  await until(`the clock has stepped by ${seconds} s`, async () => (await behind()) - before > -seconds * SEEN_SHARE);
}
