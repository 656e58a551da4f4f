import { formatBytes, mebibytes, toCores } from "../../../../components/core/index.ts";
import type { EngineChoice, LocalPodmanPlan } from "../../../../components/topology/index.ts";
import type { EnvironmentSettings } from "../../../../stacks/config.ts";
import type { EnvironmentPlan } from "../../../../stacks/plan.ts";
import type { CapacityPromise, Promises, Unknown } from "./promised.ts";
import { serverCapacity, serverCost, serverUnknowns } from "./server-promises.ts";

/** Reads the promises off a plan; `hasState` says whether it was held against one. */
export function promisesOf(planned: EnvironmentPlan, settings: EnvironmentSettings, hasState: boolean): Promises {
  const { turns } = planned.plan;
  const links = turns.links.map((link) => ({ ...link, kept: link.seconds >= link.atLeastSeconds }));
  const { maxSeconds, heartbeatSeconds } = turns;
  const kept = { maxSeconds, heartbeatSeconds, kept: links.every((link) => link.kept), links };
  const tokens = settings.agent.model.kind === "offline" ? "" : " and the model's tokens";
  switch (planned.kind) {
    case "local-podman":
      return {
        turns: kept,
        capacity: capacityOf(planned.plan),
        cost: `none beyond the machine${tokens}`,
        unknown: [...changesUnknown(hasState), ...unknowns(planned.plan, settings, planned.engine)],
      };
    case "remote-server":
      return {
        turns: kept,
        capacity: serverCapacity(planned.plan),
        cost: `${serverCost(planned.plan)}${tokens}`,
        unknown: [...changesUnknown(hasState), ...serverUnknowns(planned.plan, settings)],
      };
  }
}

function capacityOf({ resources }: LocalPodmanPlan): CapacityPromise[] {
  const { cpu, memoryMiB } = resources.capacity;
  return [
    {
      resource: "cpu",
      unit: "cores",
      requested: toCores(cpu.requested),
      limited: toCores(cpu.limited),
      available: toCores(cpu.available),
      fitsAtLimit: cpu.limited <= cpu.available,
    },
    { resource: "memory", unit: "MiB", ...memoryMiB, fitsAtLimit: memoryMiB.limited <= memoryMiB.available },
  ];
}

function changesUnknown(hasState: boolean): Unknown[] {
  if (hasState) return [];
  const why = "there is no state to hold the plan against: every resource is shown as new";
  return [{ what: "changes against what runs", why }];
}

function unknowns(plan: LocalPodmanPlan, { agent, resources }: EnvironmentSettings, engine: EngineChoice): Unknown[] {
  const { host } = resources;
  const local = plan.containers.filter(({ image }) => image.registry === "localhost").map(({ image }) => image.text);
  const declared = `${toCores(host.cpu)} cores and ${formatBytes(host.memory)}`;
  return [
    {
      what: "load of this machine",
      why: `resources.host declares ${declared}, nothing is measured; blueprint doctor measures`,
    },
    {
      what: engine.present ? "whether the engine answers" : "whether there is an engine",
      why: `${engine.present ? "its socket is there, nothing was asked" : "no socket is there"}; blueprint doctor asks`,
    },
    ...(local.length > 0
      ? [
          {
            what: "whether the image is there",
            why: `${local.join(", ")} lives in the engine's own store; blueprint doctor looks, npm run image builds it`,
          },
        ]
      : []),
    ...(agent.model.kind === "openai-compatible"
      ? [
          {
            what: "cost of the model",
            why: `${new URL(agent.model.baseUrl).host} sets the price of ${agent.model.name}`,
          },
        ]
      : []),
  ];
}

/** What a link's timeout counts, for a reader: `silence, which ends every 15 s`. */
export function countsWords(counts: "silence" | "life", heartbeatSeconds: number): string {
  return counts === "silence" ? `silence, which ends every ${heartbeatSeconds} s` : "life";
}

/** Memory of a promise for a reader: `1GiB`. */
export function formatMiB(count: number): string {
  return formatBytes(mebibytes(count));
}
