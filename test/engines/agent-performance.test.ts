import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../../apps/flame-agent/src/testing/agent.ts";
import { agentClient } from "../support/agent/agent-client.ts";
import { approvalOf } from "../support/agent/human.ts";
import { type ModelServer, startModelServer } from "../support/agent/model-server.ts";
import {
  lastingRegressions,
  measureRatios,
  type Operation,
  writeBaseline,
} from "../support/agent/performance-monitor.ts";
import type { RunningTurn } from "../support/agent/turn-stream.ts";

const BASELINE = fileURLToPath(new URL("../support/agent/performance-baseline.json", import.meta.url));
const ROUNDS = 40;
const TRIES = 3;

describe("the agent's speed", () => {
  let model: ModelServer;
  let agent: TestAgent;
  beforeAll(async () => {
    model = await startModelServer({ seed: 3, keepRequests: false });
    agent = await testAgent({ ...model.variables, FLAME_LOG_LEVEL: "warn", FLAME_RATE_LIMIT_PER_MINUTE: "0" });
  });
  afterAll(async () => {
    await agent.stop();
    await model[Symbol.asyncDispose]();
  });

  it("is within 20 % of the baseline, in runs of a calibration", async () => {
    const measure = () => measureRatios(operations(agent.url), ROUNDS);
    // `FLAME_PERFORMANCE_BASELINE=write` after a change that is meant to cost what it costs.
    if (process.env.FLAME_PERFORMANCE_BASELINE === "write") await writeBaseline(BASELINE, await measure());
    expect(await lastingRegressions(BASELINE, measure, TRIES)).toEqual([]);
  });
});

/** What users wait for. Each run is a new thread or document, so that none is helped by those before. */
function operations(url: string): readonly Operation[] {
  const client = agentClient(url);
  const ended = async (turn: RunningTurn, outcome = "ended") => {
    const report = await turn.report;
    if (report.outcome !== outcome) throw new Error(`The turn is "${report.outcome}": ${report.refusal}`);
    return report;
  };
  let run = 0;
  return [
    {
      name: "turn",
      run: async () => {
        run += 1;
        await ended(client.say(`I wonder about subject ${run}`));
      },
    },
    { name: "turn with a tool", run: async () => void (await ended(client.say(`What is ${run} + 4?`))) },
    {
      // The first answer is kept, the second one is it: a document that is learnt in between would make it old.
      name: "turn, and again from the cache",
      run: async () => {
        for (let time = 0; time < 2; time += 1) await ended(client.say("How many harbours has the northern coast?"));
      },
    },
    {
      name: "approval",
      run: async () => {
        const asked = await ended(client.say(`Send "note ${run}" to bob@example.org`), "suspended");
        await ended(client.approve(approvalOf(asked)));
      },
    },
    {
      name: "document",
      run: async () => {
        const response = await client.learn({
          id: "speed",
          content: `Version ${run} of a note on tides and harbours.`,
        });
        if (!response.ok) throw new Error(`The document is refused: ${response.status}`);
        await response.body?.cancel();
      },
    },
  ];
}
