import { describe, expect, it } from "vitest";
import { adapterInput, workloadPlan } from "../../../test/support/workload.ts";
import { adaptSwarm } from "./swarm.adapter.ts";
import { swarmServiceArgs, swarmServiceOptions } from "./swarm.resources.ts";
import { SwarmSettings } from "./swarm.settings.ts";

const IGNORED = ["taskSpec.containerSpec.labels"];
const settings = SwarmSettings.parse({ kind: "swarm" });
const servicesOf = (changes: Parameters<typeof workloadPlan>[0] = {}) =>
  adaptSwarm(adapterInput("swarm", [workloadPlan(changes)], []), settings).services;
const argsOf = (index: number) => {
  const service = servicesOf()[index];
  if (!service) throw new Error(`the plan has a service ${index}`);
  return swarmServiceArgs(service, { network: "net", secrets: new Map(), configs: new Map() });
};

describe("a service's Pulumi arguments", () => {
  it("wait for what has a number of replicas, and not for what every host runs, which the provider refuses", () => {
    expect(argsOf(0)).toMatchObject({ mode: { replicated: { replicas: 2 } }, convergeConfig: { delay: "3s" } });
    expect(argsOf(1)).toMatchObject({ mode: { global: true } });
    expect(argsOf(1)).not.toHaveProperty("convergeConfig");
  });

  it("say nothing that the provider reads back in other words, which would be a change after every refresh", () => {
    const { taskSpec } = argsOf(0);
    expect(taskSpec).toMatchObject({
      networksAdvanceds: [{ id: "net", aliases: ["flame-staging-agent"] }],
      containerSpec: { mounts: [{ type: "tmpfs", target: "/tmp", tmpfsOptions: { sizeBytes: 64 * 1024 ** 2 } }] },
    });
    expect(JSON.stringify(taskSpec)).not.toMatch(/"mode":|"networksAdvanceds":\[\{"name"/);
  });

  it.each([
    { why: "a fixed number", replicas: { mode: "replicated" as const, min: 2, max: 2 }, ignored: IGNORED },
    {
      why: "bounds of a scaler",
      replicas: { mode: "replicated" as const, min: 2, max: 5 },
      ignored: [...IGNORED, "mode.replicated.replicas"],
    },
  ])("leave the number alone with $why", ({ replicas, ignored }) => {
    const [service] = servicesOf({ replicas });
    expect(service && swarmServiceOptions(service).ignoreChanges).toEqual(ignored);
  });
});
