import { describe, expect, it } from "vitest";
import { ORCHESTRATORS } from "../../components/orchestration/index.ts";
import { EnvironmentSettings } from "../../stacks/config.ts";
import { jsonSchemaOf } from "../../stacks/settings-reference.ts";
import { serverWorld } from "../support/walk.server.ts";
import { observeEnvironment, walkSettings } from "../support/walk.ts";

const schema = jsonSchemaOf(EnvironmentSettings);

describe.each(ORCHESTRATORS)("every setting of a server on %s", (orchestrator) => {
  it("changes a resource or a manifest, or is refused at its own path", async () => {
    const results = await walkSettings(schema, observeEnvironment, serverWorld(orchestrator));
    const without = results.filter(({ effects }) => effects.length === 0);
    const refused = results.filter(({ effects }) => effects.includes("refusal")).length;
    console.log(
      `settings with effect on ${orchestrator}: ${results.length - without.length} of ${results.length}, of them refused: ${refused}`,
    );
    expect(without.map(({ name, failure }) => `${name}: ${failure ?? "no effect"}`)).toEqual([]);
  }, 120_000);
});
