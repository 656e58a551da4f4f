import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgentClient } from "../support/agent/agent-client.ts";
import { type AgentProcess, startAgentProcess } from "../support/agent/agent-process.ts";
import { seededRandom } from "../support/agent/seeded-random.ts";
import { type AskedTurn, brokenStateRules, turnIdOf } from "../support/agent/state-rules.ts";
import { textOf } from "../support/agent/turn-event.ts";
import { until } from "../support/agent/until.ts";
import { havePostgresql, type PostgresqlServer, startPostgresql } from "./postgresql.ts";

const RESTARTS = 10;
const TURNS_UNDER_EACH = 20;
const TURN_SECONDS = 60;
const TOKENS_PER_SECOND = 4;
const LAST_NUMBER = TURN_SECONDS * TOKENS_PER_SECOND;
/** A turn may come a little late on a busy machine; less than it can't be with a model of a fixed pace. */
const LEAST_SHARE = 0.95;
const GONE_BOUND_MILLISECONDS = 40_000;

const MESSAGE = `count to ${LAST_NUMBER}`;
const WHOLE_ANSWER = Array.from({ length: LAST_NUMBER }, (_, index) => index + 1).join(" ");

describe.runIf(havePostgresql())("agents that are replaced under streaming turns", () => {
  let server: PostgresqlServer;
  let variables: Readonly<Record<string, string>>;
  beforeAll(async () => {
    server = await startPostgresql();
    const database = await server.newDatabase();
    variables = {
      ...database.variables,
      FLAME_DATABASE_POOL_SIZE: "8",
      FLAME_MODEL_TOKENS_PER_SECOND: `${TOKENS_PER_SECOND}`,
      FLAME_CACHE_TTL_SECONDS: "0",
      // The check of all threads at the end asks faster than a client may.
      FLAME_RATE_LIMIT_PER_MINUTE: "0",
    };
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it(`lose none of ${RESTARTS * TURNS_UNDER_EACH} turns of ${TURN_SECONDS} s in ${RESTARTS} restarts by SIGTERM`, async () => {
    const random = seededRandom(5, "restarts");
    await using undo = new AsyncDisposableStack();
    const begin = () => undo.use(startAgentProcess({ variables }));
    const turns: AskedTurn[] = [];
    const ends: Promise<{ code: number | string; whileStreaming: number }>[] = [];

    const replace = async (agent: AgentProcess, client: AgentClient, generation: number) => {
      const running = Array.from({ length: TURNS_UNDER_EACH }, (_, index) =>
        client.say(MESSAGE, `restart-${generation}-${index}`),
      );
      const heard = random.whole(1, TOKENS_PER_SECOND * 4);
      await Promise.all(running.map((turn) => turn.seen("text", 30_000)));
      await until(
        `turns of agent ${generation} have said ${heard} words`,
        () => running.every(({ events }) => events.filter(({ event }) => event === "text").length >= heard),
        30_000,
      );
      let over = 0;
      for (const { report } of running)
        report.then(() => {
          over += 1;
        });
      const whileStreaming = TURNS_UNDER_EACH - over;
      ends.push(agent.terminate().then((code) => ({ code, whileStreaming })));
      await until("it takes no more turns", async () => !(await client.ready()));
      const refused = await client.say("hello").report;
      expect(refused).toMatchObject({ outcome: expect.stringMatching(/refused|cut/) });
      for (const { report } of running) turns.push({ message: MESSAGE, reports: [await report] });
    };

    const generations: Promise<void>[] = [];
    for (let generation = 0; generation < RESTARTS; generation += 1) {
      const agent = begin();
      generations.push(replace(agent, await agent.ready(), generation));
    }
    await Promise.all(generations);

    expect(await Promise.all(ends)).toEqual(
      Array.from({ length: RESTARTS }, () => ({ code: 0, whileStreaming: TURNS_UNDER_EACH })),
    );
    const lost = turns.filter(
      ({ reports: [report] }) => report?.outcome !== "ended" || textOf(report.events) !== WHOLE_ANSWER,
    );
    expect(lost.map(({ reports }) => reports[0]?.outcome)).toEqual([]);
    expect(turns).toHaveLength(RESTARTS * TURNS_UNDER_EACH);
    const shortest = Math.min(...turns.flatMap(({ reports }) => reports.map(({ milliseconds }) => milliseconds)));
    expect(shortest).toBeGreaterThan(TURN_SECONDS * 1000 * LEAST_SHARE);
    const last = begin();
    expect(await brokenStateRules(await last.ready(), turns)).toEqual([]);
  });

  it("give a client that comes back after kill -9 its turn's state, and the turn again", async () => {
    await using undo = new AsyncDisposableStack();
    const agent = undo.use(startAgentProcess({ variables }));
    const client = await agent.ready();
    const running = client.say("count to 20", "comes-back");
    await running.seen("text");
    await agent.kill();
    const cut = await running.report;
    expect(cut.outcome).toBe("cut");
    const turn = { message: "count to 20", reports: [cut] };
    const id = turnIdOf(turn) ?? "";

    const next = await undo.use(startAgentProcess({ variables })).ready();
    const early = await next.turn(id);
    if (!early.resumable) {
      expect(early.state).toBe("running");
      // Too early: the agent may only be slow to give a sign of life. The answer says so and what to do.
      const refused = await next.resume(id).report;
      expect(refused).toMatchObject({
        status: 409,
        refusal: expect.stringMatching(/running.*allowed: one that is resumable.*fix/),
      });
    }
    await until("the turn can be resumed", async () => (await next.turn(id)).resumable, GONE_BOUND_MILLISECONDS);
    const resumed = await next.resume(id).report;
    expect(textOf(resumed.events)).toBe(Array.from({ length: 20 }, (_, index) => index + 1).join(" "));
    expect(await next.turn(id)).toMatchObject({ state: "completed", resumable: false, attempt: 2 });
    expect(await brokenStateRules(next, [{ ...turn, reports: [cut, resumed] }])).toEqual([]);
    expect((await next.ask(`/turns/${crypto.randomUUID()}`)).status).toBe(404);
  });
});
