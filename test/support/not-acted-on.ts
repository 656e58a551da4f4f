import { expect } from "vitest";
import type { LeafResult } from "./walk.ts";

const CONNECTOR = "the desktop app's connector is to do it, which isn't in this repository";
const CLIENT = "a client's connector is to do it, which isn't in this repository";
const NODES = "a cluster's nodes are somebody else's: these say where there is room for what is planned";
const REPORTED = "figures of the capacity report, which warns and refuses nothing";
const CHOSEN = "auto chooses the same for these hosts, and the capacity report says who chose";

/** Settings that a file tells and on which nothing in this repository acts, by the start of their names, with who would. */
export const NOT_ACTED_ON = {
  desktop: {
    "desktop.": CONNECTOR,
    "monitoring.": CONNECTOR,
    "resources.reconciliation.": "blueprint status names by it what limits would be, and changes none",
    "topology.engine.apiVersion": CONNECTOR,
    "topology.storage.persistent": "only a volume is protected, by whoever deploys it",
  },
  standalone: {
    "topology.client.": CLIENT,
    "topology.orchestrator.kind=": CHOSEN,
    ...reported(),
    "topology.workload.placement.prefer[].":
      "the plan places by it; the walk has no two hosts between which it decides",
    ...ephemeral(),
  },
  swarm: {
    "topology.client.": CLIENT,
    "topology.orchestrator.kind=": CHOSEN,
    ...reported(),
    ...ephemeral(),
  },
  kubernetes: {
    "topology.client.": CLIENT,
    ...reported(),
    ...Object.fromEntries(["name", "address", "labels", "taints[]."].map((one) => [`topology.hosts[].${one}`, NODES])),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Every result on which nothing acts is told somewhere and has a reason, and every reason such a result. */
export function expectReasonsForUnacted(world: keyof typeof NOT_ACTED_ON, results: readonly LeafResult[]): void {
  const unacted = results.filter(({ effects }) => effects.length === 0);
  const starts = Object.keys(NOT_ACTED_ON[world]);
  const isTold = ({ name, told, failure }: LeafResult) =>
    told.length > 0 && failure === undefined && starts.some((start) => name.startsWith(start));
  expect(
    unacted.filter((one) => !isTold(one)).map(({ name, failure }) => `${name}: ${failure ?? "no effect"}`),
  ).toEqual([]);
  expect(starts.filter((start) => !unacted.some(({ name }) => name.startsWith(start)))).toEqual([]);
}

function reported(): Readonly<Record<string, string>> {
  const governance = ["budget.period", "budget.warnPercents"];
  const quota = ["ephemeralRequests", "ephemeralLimits", "storage", "gpus"].map((one) => `tenants.*.quota.${one}`);
  return Object.fromEntries([
    ...[...governance, ...quota].map((one) => [`topology.governance.${one}`, REPORTED]),
    ["topology.hosts[].gpus", REPORTED],
  ]);
}

function ephemeral(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ["quota.ephemeralRequests", "quota.ephemeralLimits", "quota.gpus", "replicaBounds.ephemeral."].map((one) => [
      `topology.governance.${one}`,
      "Docker bounds no files that a container writes, and these hosts' workloads ask for none",
    ]),
  );
}
