import { beforeAll, describe, expect, it } from "vitest";
import type { OrchestratorKind } from "../../components/orchestration/index.ts";
import { EnvironmentSettings } from "../../stacks/config.ts";
import { jsonSchemaOf } from "../../stacks/settings-reference.ts";
import { countsOf } from "./effect-kinds.ts";
import { expectReasonsForUnacted } from "./not-acted-on.ts";
import { withoutEffect } from "./seed-settings.ts";
import { serverWorld } from "./walk.server.ts";
import { type LeafResult, observeEnvironment, walkSettings } from "./walk.ts";

/** Folder of the orchestrator's own files. */
const FILES: Readonly<Record<OrchestratorKind, string>> = {
  standalone: "compose",
  swarm: "swarm",
  kubernetes: "kubernetes",
};

const CONNECTION = "the files are read by the engine itself, which needs no way to its host";

const REGISTRIES = "who runs the files logs in to the registry; its password is in none of them";

const PROTECTION = "Pulumi protects the volume; an engine that reads its own files deletes none";

/** Settings that change a resource and none of the orchestrator's files, by the start of their path. */
const NOT_IN_FILES: Readonly<Record<OrchestratorKind, Readonly<Record<string, string>>>> = {
  standalone: {
    "topology.hosts[].address": CONNECTION,
    "topology.hosts[].connection.": CONNECTION,
    "topology.registries.": REGISTRIES,
    "topology.workload.storage.persistent": PROTECTION,
  },
  swarm: {
    "topology.registries.": REGISTRIES,
    "topology.workload.storage.persistent": PROTECTION,
    "topology.orchestrator.secretLabels": "a stack file names secrets that exist, and labels belong to those",
    "containers.*.dependsOn": "services of a stack start at once; Pulumi makes them one after the other",
  },
  kubernetes: {
    "topology.registries.": REGISTRIES,
    "topology.workload.storage.persistent": PROTECTION,
    "topology.orchestrator.context": CONNECTION,
    "topology.orchestrator.kubeconfig": CONNECTION,
    "containers.*.dependsOn": "objects of a file are applied at once; Pulumi makes them one after the other",
  },
};

const JOINING = "the Swarm itself is made by bootstrap.sh, before Pulumi reaches it";

/** Settings that change one of the orchestrator's files and no resource, by the start of their path. */
const NOT_IN_GRAPH: Readonly<Record<OrchestratorKind, Readonly<Record<string, string>>>> = {
  standalone: {},
  swarm: {
    "topology.hosts[].": JOINING,
    "topology.orchestrator.advertiseAddress": JOINING,
    "topology.orchestrator.dataPathPort": JOINING,
    "topology.orchestrator.addressPools": JOINING,
    "topology.orchestrator.forceNewCluster": JOINING,
    "topology.orchestrator.taskHistoryLimit": JOINING,
  },
  kubernetes: {},
};

/**
 * Checks every leaf of a server on one orchestrator.
 * Each orchestrator has a test file of its own, so that the three walks run side by side.
 */
export function checkServerSettings(orchestrator: OrchestratorKind): void {
  let results: readonly LeafResult[] = [];

  beforeAll(async () => {
    const schema = jsonSchemaOf(EnvironmentSettings);
    results = await walkSettings(schema, observeEnvironment, serverWorld(orchestrator));
  }, 180_000);

  describe(`every setting of a server on ${orchestrator}`, () => {
    it("changes a resource or a manifest, or bounds others, or is refused at its own path; or it is said who isn't there yet", () => {
      const acted = results.filter(({ effects }) => effects.length > 0);
      console.log(`settings with effect on ${orchestrator}: ${acted.length} of ${results.length} (${countsOf(acted)})`);
      expectReasonsForUnacted(orchestrator, results);
    });

    it("that changes a resource changes the orchestrator's files too, or a reason says why not", () => {
      const drifting = results.filter(({ effects }) => effects.join() === "graph");
      expectReasons(drifting, NOT_IN_FILES[orchestrator]);
    });

    it("that changes the orchestrator's files changes a resource too, or a reason says why not", () => {
      const drifting = results.filter(
        ({ effects }) => effects.includes(FILES[orchestrator]) && !effects.includes("graph"),
      );
      expectReasons(drifting, NOT_IN_GRAPH[orchestrator]);
    });

    it("takes no data along, unless the data are what it is about", () => {
      const names = results.filter(({ atStake }) => atStake.length > 0).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((name) => !TAKES_DATA.some((start) => name.startsWith(start)))).toEqual([]);
    });

    it("that serves the requirements document has an effect", () => {
      expect(withoutEffect(orchestrator, results)).toEqual([]);
    });
  });
}

/** Where data lie, and what keeps them: settings whose change may take data along, by the start of their names. Such a change is refused. */
const TAKES_DATA = [
  "topology.kind=",
  "topology.orchestrator.kind=",
  "topology.orchestrator.context",
  "topology.orchestrator.kubeconfig",
  "topology.orchestrator.namespace",
  "topology.hosts",
  "topology.workload.placement.",
  "topology.workload.storage.",
  "agent.database.kind=",
  "agent.database.name",
  "agent.database.volumeName",
  "agent.database.host",
  "agent.database.port",
];

/** Every result has a reason, and every reason a result. */
function expectReasons(results: readonly LeafResult[], reasons: Readonly<Record<string, string>>): void {
  const starts = Object.keys(reasons);
  const names = results.map(({ name }) => name);
  expect(names.filter((name) => !starts.some((start) => name.startsWith(start)))).toEqual([]);
  expect(starts.filter((start) => !names.some((name) => name.startsWith(start)))).toEqual([]);
}
