import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess } from "../support/agent/agent-process.ts";
import { approvalOf, startHuman } from "../support/agent/human.ts";
import { type ModelServer, startModelServer } from "../support/agent/model-server.ts";
import { runScenario } from "../support/agent/run-scenario.ts";
import type { Scenario } from "../support/agent/scenario.ts";
import { SCENARIOS } from "../support/agent/scenarios.ts";
import { startStage } from "../support/agent/stage.ts";
import { brokenStateRules, turnIdOf } from "../support/agent/state-rules.ts";
import { eventsOf } from "../support/agent/turn-event.ts";
import { until } from "../support/agent/until.ts";
import { havePostgresql, type PostgresqlServer, startPostgresql } from "./postgresql.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const APP_SUITE = ["apps/flame-agent", "test/support/agent", "test/clients"];

describe.runIf(havePostgresql())("agents on a real PostgreSQL", () => {
  let server: PostgresqlServer;
  let model: ModelServer;
  beforeAll(async () => {
    server = await startPostgresql();
    model = await startModelServer({ seed: 16 });
  });
  afterAll(async () => {
    await model[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  const twoAgents = async () => {
    const database = await server.newDatabase();
    return { database, stage: await startStage({ variables: database.variables, count: 2, model }) };
  };

  it("pass the app's whole suite, each test on a database of its own, which is gone after it", async () => {
    const suite = await execa("vitest", ["run", "--project", "apps", ...APP_SUITE], {
      cwd: ROOT,
      preferLocal: true,
      reject: false,
      all: true,
      env: { FLAME_TEST_POSTGRESQL_URL: server.url },
    });
    expect(suite.exitCode, suite.all.slice(-8_000)).toBe(0);
    const databases = await (await server.newDatabase()).query<{ datname: string }>(
      "select datname from pg_database where datname like 'flame\\_t%'",
    );
    expect(databases).toEqual([{ datname: expect.stringMatching(/^flame_template_/) }]);
  });

  it("make the schema once when two start at the same moment", async () => {
    const { database, stage } = await twoAgents();
    await using _ = stage;
    const steps = await database.query<{ version: number }>("select version from flame.migrations order by version");
    expect(steps.map(({ version }) => version)).toEqual(steps.map((_step, index) => index + 1));
    expect(steps.length).toBeGreaterThan(0);
  });

  it.each(SCENARIOS)("as two that take turns: $name", async (scenario) => {
    const { stage } = await twoAgents();
    await using _ = stage;
    await runScenario(scenario, stage);
  });

  it("let one of forty simultaneous decisions on both agents win", async () => {
    const { stage } = await twoAgents();
    await using _ = stage;
    const [one, other] = stage.agents.map((agent) => agent.client());
    if (!one || !other) throw new Error("two agents were asked for");
    const asked = await one.say('Send "once" to bob@example.org').report;
    const decisions = await Promise.all(
      Array.from({ length: 40 }, (_unused, index) => (index % 2 === 0 ? one : other).approve(approvalOf(asked)).report),
    );
    expect(decisions.filter(({ outcome }) => outcome === "ended")).toHaveLength(1);
    expect(decisions.filter(({ status }) => status === 409)).toHaveLength(39);
    const resumed = decisions.find(({ outcome }) => outcome === "ended");
    const turn = { message: 'Send "once" to bob@example.org', reports: resumed ? [asked, resumed] : [asked] };
    expect(await brokenStateRules(other, [turn])).toEqual([]);
    expect(await other.outbox()).toHaveLength(1);
  });

  it("have a person at one agent decide what was asked at the other", async () => {
    const { stage } = await twoAgents();
    await using _ = stage;
    const [one, other] = stage.agents.map((agent) => agent.client());
    if (!one || !other) throw new Error("two agents were asked for");
    const human = startHuman(other, {
      decide: ({ input }) =>
        JSON.stringify(input).includes("eve") ? { kind: "reject", reason: "Not to her." } : { kind: "approve" },
    });
    const asked = await Promise.all(
      ["bob", "eve", "joe", "eve2"].map((name) => one.say(`Send "hello ${name}" to ${name}@example.org`).report),
    );
    const pending = async () => (await one.approvals()).filter(({ state }) => state === "pending").length;
    await until("all are decided", async () => (await pending()) === 0);
    const decided = await human.leave();
    expect(decided.map(({ report }) => report.outcome)).toEqual(["ended", "ended", "ended", "ended"]);
    expect((await one.outbox()).map(({ recipient }) => recipient).toSorted()).toEqual([
      "bob@example.org",
      "joe@example.org",
    ]);
    expect(asked.every(({ outcome }) => outcome === "suspended")).toBe(true);
  });

  it("resume what a killed agent left, on the one that lives", async () => {
    const scenario: Scenario = {
      name: "a turn is resumed by another agent",
      steps: [
        { kind: "say", agent: 0, thread: "left", message: "My colour is teal." },
        {
          kind: "say",
          agent: 1,
          thread: "left",
          message: "What is my colour?",
          expect: { text: "Your colour is teal." },
        },
      ],
    };
    const { stage } = await twoAgents();
    await using _ = stage;
    await runScenario(scenario, stage);
    const [killed, living] = stage.agents;
    if (!killed || !living) throw new Error("two agents were asked for");
    model.faults.add({ kind: "slow", firstTokenMilliseconds: 30_000 });
    const running = killed.client().say("What is my colour now?", "left");
    await running.seen("start");
    await until("the model is asked", () => model.faults.left.length === 0);
    await killed.process().kill();
    const cut = await running.report;
    expect(cut.outcome).toBe("cut");
    const turn = { message: "What is my colour now?", reports: [cut] };
    const id = turnIdOf(turn) ?? "";
    const client = living.client();
    expect(await client.turn(id)).toMatchObject({ state: expect.stringMatching(/running|interrupted/) });
    await until("the turn can be resumed", async () => (await client.turn(id)).resumable, 40_000);
    const resumed = await client.resume(id).report;
    expect(resumed.outcome).toBe("ended");
    expect(await client.resume(id).report).toMatchObject({ status: 409 });
    expect(await brokenStateRules(client, [{ ...turn, reports: [cut, resumed] }])).toEqual([]);
    const said = (await client.messages("left")).filter(({ role }) => role === "user");
    expect(said).toHaveLength(3);
    expect(eventsOf(resumed.events, "start")[0]?.data.turn).toBe(id);
  });

  it("tell a start without the server where and how to mend it, and begin once it is there", async () => {
    const database = await server.newDatabase();
    await server.crash();
    await using agent = startAgentProcess({ variables: { ...model.variables, ...database.variables } });
    await until("it says so", () => agent.log.some(({ msg }) => msg === "database not reachable yet"), 30_000);
    await server.start();
    expect((await (await agent.ready()).say("hello").report).outcome).toBe("ended");
  });
});
