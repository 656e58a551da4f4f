import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import type { Manifest } from "../../components/topology/index.ts";
import type { ResourceNode, StackGraph } from "../../stacks/preview/index.ts";
import { type Document, desktopDocument, graphOf, manifestsOf, planOf } from "../support/environment.ts";
import { WHOLE_DESKTOP } from "../support/whole-desktop.ts";

const STACK = "pulumi:pulumi:Stack";
/** Types whose objects take labels; the others are the provider itself, images and random values. */
const LABELLED = ["docker:index/container:Container"];
/** Types whose labels nothing can change: another label would be another object. */
const FIXED = ["docker:index/network:Network", "docker:index/volume:Volume"];
const UNLABELLED = [
  "pulumi:providers:docker",
  "docker:index/remoteImage:RemoteImage",
  "random:index/randomPassword:RandomPassword",
];

let graph: StackGraph;
beforeAll(async () => {
  graph = await graphOf(WHOLE_DESKTOP);
});

describe("every resource", () => {
  it("has a component above it, and only the component stands below the stack", () => {
    const types = new Map(graph.resources.map(({ urn, type }) => [urn, type]));
    const parents = graph.resources
      .filter(({ type }) => type !== STACK)
      .map(({ type, parent }) => [type, types.get(parent ?? "")]);
    expect(parents.filter(([, parent]) => parent === STACK)).toEqual([["blueprint:topology:LocalPodman", STACK]]);
    expect(parents.filter(([, parent]) => parent !== STACK && parent !== "blueprint:topology:LocalPodman")).toEqual([]);
  });

  it("begins with the name of its component", () => {
    const made = graph.resources.filter(({ custom }) => custom);
    expect(made.filter(({ name }) => !name.startsWith("flame-dev-")).map(({ name }) => name)).toEqual([]);
  });

  it("is of a type that this test knows to take labels or not", () => {
    const types = new Set(graph.resources.filter(({ custom }) => custom).map(({ type }) => type));
    expect([...types].filter((type) => ![...LABELLED, ...FIXED, ...UNLABELLED].includes(type))).toEqual([]);
  });

  it.each(FIXED)("that a change of labels would make anew carries what identifies it alone: %s", (type) => {
    const nodes = graph.resources.filter((node) => node.type === type);
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) {
      expect(Object.keys(labelsOf(node))).toEqual(["blueprint.component", "blueprint.environment"]);
      expect(node.ignoreChanges).toContain("labels");
    }
  });

  it.each(LABELLED)("carries the standard labels and the user's own: %s", (type) => {
    const nodes = graph.resources.filter((node) => node.type === type);
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) {
      expect(labelsOf(node)).toMatchObject({
        "blueprint.environment": "dev",
        "blueprint.component": expect.stringMatching(/^[a-z][a-z0-9-]*$/),
        "blueprint.version": expect.stringMatching(/^\d+\.\d+\.\d+$/),
        team: "assistants",
        "cost.centre": "42",
      });
    }
  });

  it("of one engine is made by the component's own provider", () => {
    const docker = graph.resources.filter(({ type }) => type.startsWith("docker:"));
    expect(new Set(docker.map(({ provider }) => provider?.split("::").at(-1)))).toEqual(new Set(["flame-dev-engine"]));
  });
});

describe("a name", () => {
  const stackName = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/),
    fc.constantFrom("d".repeat(100), "Dev_1.x", "a--b..c__", "DEV", "dev"),
  );
  const containerKey = fc.oneof(
    fc.stringMatching(/^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/),
    fc.constantFrom(`a${"-".repeat(29)}a`, "z".repeat(31)),
  );
  const inputs = {
    name: stackName,
    keys: fc.uniqueArray(
      containerKey.filter((key) => !["agent", "database"].includes(key)),
      { minLength: 1, maxLength: 3 },
    ),
  };

  it("is legal for its engine and its manifest, however long the environment's and the containers' names are", () => {
    fc.assert(
      fc.property(fc.record(inputs), ({ name, keys }) => {
        const document = withContainers(keys);
        const { containers } = planOf(document, { name });
        const names = containers.map((container) => container.name);
        expect(new Set(names).size).toBe(names.length);
        for (const container of names) expect(container).toMatch(DNS_LABEL);
        const manifests = manifestsOf(document, { name });
        for (const { path } of manifests) expect(path).toMatch(/^[A-Za-z0-9_./-]{1,255}$/);
        expect(kubernetesNames(manifests).filter((label) => !DNS_LABEL.test(label))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("of a resource is legal and unique for Pulumi", async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(inputs), async ({ name, keys }) => {
        const { resources } = await graphOf(withContainers(keys), { name });
        for (const node of resources.filter(({ custom }) => custom))
          expect(node.name).toMatch(/^[A-Za-z0-9_.-]{1,100}$/);
        expect(new Set(resources.map(({ urn }) => urn)).size).toBe(resources.length);
      }),
      { numRuns: 8 },
    );
  });

  it("differs between environments whose names only differ in case or in characters that had to go", () => {
    const names = ["dev-1", "Dev-1", "dev.1", "dev_1"].map(
      (name) => planOf(WHOLE_DESKTOP, { name }).containers[0]?.name,
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

const Pods = z.array(
  z.object({
    metadata: z.object({ name: z.string() }),
    spec: z.object({
      hostname: z.string(),
      volumes: z.array(z.object({ name: z.string() })),
      containers: z.array(
        z.object({
          name: z.string(),
          env: z.array(z.object({ valueFrom: z.object({ secretKeyRef: z.object({ name: z.string() }) }).optional() })),
        }),
      ),
    }),
  }),
);

/** Every name in the pods that Kubernetes' schema wants to be a DNS label. */
function kubernetesNames(manifests: readonly Manifest[]): string[] {
  const content = manifests.find(({ path }) => path === "kube-play/pods.yaml")?.content ?? "";
  const pods = Pods.parse(parseAllDocuments(content).map((document) => document.toJS()));
  return pods.flatMap(({ metadata, spec }) => [
    metadata.name,
    spec.hostname,
    ...spec.volumes.map(({ name }) => name),
    ...spec.containers.flatMap(({ name, env }) => [
      name,
      ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.name ?? []),
    ]),
  ]);
}

/** RFC 1123. */
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

function withContainers(keys: readonly string[]): Document {
  const container = {
    image: "registry.example/team/cache:7.4.1",
    healthCheck: { command: ["ping"] },
    volumes: [{ hostPath: "/srv/a", containerPath: "/a" }],
  };
  return desktopDocument({
    resources: { host: { allowOversubscription: true }, engine: { memory: "4GiB" } },
    agent: {
      authentication: { kind: "bearer", token: { secret: "accessToken" } },
      model: {
        kind: "openai-compatible",
        baseUrl: "https://m.example",
        name: "m",
        apiKey: { secret: `a${"X".repeat(62)}` },
      },
    },
    containers: Object.fromEntries(keys.map((key) => [key, container])),
  });
}

function labelsOf({ inputs }: ResourceNode): Record<string, unknown> {
  const { labels } = inputs;
  if (!Array.isArray(labels)) return {};
  return Object.fromEntries(labels.map((entry) => [entry.label, entry.value]));
}
