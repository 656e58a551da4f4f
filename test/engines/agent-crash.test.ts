import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess } from "../support/agent/agent-process.ts";
import { crash, PHASES } from "../support/agent/crash-moments.ts";
import { type ModelPace, type ModelServer, startModelServer } from "../support/agent/model-server.ts";
import { seededRandom } from "../support/agent/seeded-random.ts";
import { havePostgresql, type PostgresqlServer, startPostgresql } from "./postgresql.ts";

/** The moments are the same in every run; another seed has others: `FLAME_TEST_SEED=7 npm run test:engines`. */
const SEED = Number(process.env.FLAME_TEST_SEED ?? 20_261_121);
/** Kills in each phase: 50 with the four others and migration. */
const KILLS = 10;
/** Quick, so that what the agent writes is a good part of a turn's time and is often met. */
const PACE: ModelPace = {
  firstTokenMilliseconds: [5, 20],
  tokensPerSecond: 400,
  length: { leastWords: 8, mostWords: 16 },
};

let model: ModelServer;
let folder: string;
/** One for all, and started once although they ask for it at the same time. */
let server: Promise<PostgresqlServer> | undefined;
beforeAll(async () => {
  model = await startModelServer({ seed: SEED, pace: PACE, keepRequests: false });
  folder = await mkdtemp(join(tmpdir(), "flame-crash-"));
});
afterAll(async () => {
  await model[Symbol.asyncDispose]();
  await (await server)?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Variables of a new and empty database. */
type NewDatabase = () => Promise<Readonly<Record<string, string>>>;

const embedded: NewDatabase = async () => ({ FLAME_DATA_FOLDER: await mkdtemp(join(folder, "data-")) });
const postgresql: NewDatabase = async () => {
  server ??= startPostgresql();
  return (await (await server).newDatabase()).variables;
};

// Side by side: an agent that starts behind a killed one waits for its lock more than it works.
describe.concurrent("an agent with an embedded database that is killed", () => survivesKills(embedded));
describe.runIf(havePostgresql()).concurrent("an agent on PostgreSQL that is killed", () => survivesKills(postgresql));

function survivesKills(newDatabase: NewDatabase): void {
  it.each(PHASES)(
    `at ${KILLS} moments of %s loses nothing, does nothing twice and leaves nothing stuck`,
    async (phase) => {
      const variables = { ...model.variables, ...(await newDatabase()) };
      const problems = await crash({ start: () => startAgentProcess({ variables }) }, phase, KILLS, SEED);
      expect(problems).toEqual([]);
    },
  );

  it(`at ${KILLS} moments of migration starts on what it left`, async () => {
    const random = seededRandom(SEED, "migration");
    const startTime = async (variables: Readonly<Record<string, string>>) => {
      const start = performance.now();
      await using agent = startAgentProcess({ variables: { ...model.variables, ...variables } });
      const client = await agent.ready();
      const milliseconds = performance.now() - start;
      expect((await client.say("hello").report).outcome).toBe("ended");
      expect((await client.learn({ id: "note", content: "The tide turns at noon." })).status).toBe(201);
      return milliseconds;
    };
    const usualMilliseconds = await startTime(await newDatabase());
    for (let round = 0; round < KILLS; round += 1) {
      const variables = await newDatabase();
      // The first third of a start loads modules and changes nothing.
      const moment = (1 / 3 + (random.next() * 2) / 3) * usualMilliseconds;
      const agent = startAgentProcess({ variables: { ...model.variables, ...variables } });
      await delay(moment);
      await agent.kill();
      await startTime(variables);
    }
  });
}
