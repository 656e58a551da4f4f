import { afterAll, beforeAll, describe, it } from "vitest";
import { type TestAgent, testAgent } from "../../../apps/flame-agent/src/testing/agent.ts";
import { agentClient } from "./agent-client.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import { runScenario } from "./run-scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

describe("an agent with an embedded database and the seeded model", () => {
  let model: ModelServer;
  let agent: TestAgent;
  beforeAll(async () => {
    model = await startModelServer({ seed: 4 });
    agent = await testAgent({ ...model.variables, FLAME_LOG_LEVEL: "warn" });
  });
  afterAll(async () => {
    await agent.stop();
    await model[Symbol.asyncDispose]();
  });

  it.each(SCENARIOS)("$name", async (scenario) => {
    await runScenario(scenario, { agents: [{ client: () => agentClient(agent.url) }], model });
  });
});
