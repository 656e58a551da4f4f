import { describe, expect, it, onTestFinished } from "vitest";
import { labelsOf, versions } from "../../components/core/index.ts";
import { resourceKind } from "../../components/orchestration/index.ts";
import { changesBetween, type StoredResource } from "../../stacks/changes/index.ts";
import type { ResourceNode, StackGraph } from "../../stacks/preview/index.ts";
import { DOCKER, type Document, desktopDocument, graphOf } from "../support/environment.ts";
import { SERVER_AGENT, SERVER_HOSTS } from "../support/server-document.ts";
import { lostBetween } from "../support/walk.ts";

const server = (orchestrator: string, workload: object = {}): Document => ({
  topology: {
    kind: "remote-server",
    orchestrator: { kind: orchestrator },
    hosts: orchestrator === "standalone" ? SERVER_HOSTS.slice(0, 1) : SERVER_HOSTS,
    workload,
  },
  agent: SERVER_AGENT,
});
const withDatabase = { agent: { database: { kind: "postgresql" } } };

/** Every target, with a generated password and data that outlive the environment. */
const TARGETS: readonly { readonly target: string; readonly document: Document }[] = [
  { target: "desktop on Podman", document: desktopDocument(withDatabase) },
  {
    target: "desktop on Docker",
    document: desktopDocument({ ...withDatabase, topology: { kind: "local-podman", engine: DOCKER } }),
  },
  ...["standalone", "swarm", "kubernetes"].map((target) => ({ target, document: server(target) })),
];

describe.each(TARGETS)("data on a $target", ({ document }) => {
  it("aren't touched by a label, by another version of the blueprint, or by both at once", async () => {
    const before = await graphOf(document);
    const labelled = await graphOf({ ...document, labels: { team: "assistants" } });
    expect(lostBetween(before, labelled)).toEqual([]);
    const raised = await withVersion("99.0.0", () => graphOf({ ...document, labels: { team: "others" } }));
    expect(lostBetween(before, raised)).toEqual([]);
    // What carries the labels is made anew or updated: the comparison does see them.
    expect(JSON.stringify(before)).not.toBe(JSON.stringify(raised));
  });

  it("are protected and stay with what opens them", async () => {
    const { resources } = await graphOf(document);
    const files = resources.filter(({ type }) => resourceKind(type)?.data === "files");
    const passwords = resources.filter(({ type }) => type === "random:index/randomPassword:RandomPassword");
    expect(files.length).toBeGreaterThan(0);
    expect(passwords).toHaveLength(1);
    for (const one of [...files, ...passwords, ...resources.filter(isPlaceOrKey)]) {
      expect(one, one.name).toMatchObject({ protect: true, retainOnDelete: true });
    }
  });

  it("stay where a release that labelled its volumes and networks made them", async () => {
    const graph = await graphOf(document);
    const made = await graphOf(document);
    const replaced = changesBetween(storedByEarlier(made), graph).filter(({ effect }) => effect !== "update");
    expect(replaced.map(({ name, effect, inputs }) => ({ name, effect, inputs }))).toEqual([]);
  });
});

describe("data that may go with their environment", () => {
  it.each(["standalone", "swarm", "kubernetes"])(
    "aren't protected, nor is what opens them: %s",
    async (orchestrator) => {
      const { resources } = await graphOf(server(orchestrator, { storage: { persistent: false } }));
      expect(resources.filter(({ protect }) => protect).map(({ name }) => name)).toEqual([]);
    },
  );

  it("are said to be so on a live desktop without a replacement", async () => {
    const storage = (persistent: boolean) =>
      desktopDocument({ topology: { kind: "local-podman", engine: DOCKER, storage: { kind: "volume", persistent } } });
    const [before, after] = await Promise.all([graphOf(storage(true)), graphOf(storage(false))]);
    expect(changesBetween(stored(before), after)).toEqual([]);
    expect(volumesOf(before).map(({ protect }) => protect)).toEqual([true]);
    expect(volumesOf(after).map(({ protect }) => protect)).toEqual([false]);
  });
});

it("every kind of resource that a target makes has its place in the table", async () => {
  const graphs = await Promise.all(TARGETS.map(({ document }) => graphOf(document)));
  const types = new Set(
    graphs.flatMap(({ resources }) => resources.filter(({ custom }) => custom).map(({ type }) => type)),
  );
  expect([...types].filter((type) => resourceKind(type) === undefined)).toEqual([]);
});

function isPlaceOrKey({ type, name }: ResourceNode): boolean {
  return (
    type === "kubernetes:core/v1:Namespace" || (type === "kubernetes:core/v1:Secret" && name.includes("generated"))
  );
}

function volumesOf({ resources }: StackGraph): ResourceNode[] {
  return resources.filter(({ type }) => resourceKind(type)?.data === "files");
}

function stored({ resources }: StackGraph): StoredResource[] {
  return resources.filter(({ custom }) => custom).map((node) => ({ ...node, cameUp: true, keepsData: node.protect }));
}

/** The same resources with the labels that releases wrote on volumes and networks before these were left without. */
function storedByEarlier(graph: StackGraph): StoredResource[] {
  const labels = Object.entries(
    labelsOf({ environment: "dev", component: "agent" }, { team: "a", "blueprint.data": "persistent" }),
  );
  const old = labels.map(([label, value]) => ({ label, value }));
  const carried = ["docker:index/volume:Volume", "docker:index/network:Network", "docker:index/secret:Secret"];
  return stored(graph).map((one) =>
    carried.includes(one.type)
      ? { ...one, inputs: { ...one.inputs, labels: old }, replacementTrigger: undefined, keepsData: true }
      : one,
  );
}

async function withVersion<Result>(version: string, work: () => Promise<Result>): Promise<Result> {
  const { blueprint } = versions;
  const restore = () => {
    Object.assign(versions, { blueprint });
  };
  onTestFinished(restore);
  Object.assign(versions, { blueprint: version });
  const result = await work();
  restore();
  return result;
}
