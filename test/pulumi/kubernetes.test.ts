import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type KubernetesCluster, startKubernetes } from "../engines/kubernetes-cluster.ts";
import { makeVolumes, STAGING_NODES, stagingOnKubernetes } from "../engines/kubernetes-environment.ts";
import { PulumiProject, pulumiForKubernetes } from "./engine.ts";

const pulumi = pulumiForKubernetes();

const STACK = "cluster";
const NAMESPACE = "flame-cluster";
const IMAGE = "registry.example/team/flame-agent";
/** Nothing that outlives the environment: a destroy is to leave nothing. */
const DISPOSABLE = { "topology.workload.storage.persistent": false };

describe.skipIf(pulumi === undefined)("a server under the Pulumi engine on Kubernetes", () => {
  let cluster: KubernetesCluster;
  let project: PulumiProject;
  let salt: Record<string, unknown> = {};

  const describeStack = async (
    changes: {
      memory?: string;
      strategy?: string;
      version?: string;
      replicas?: number;
      replicasMax?: number;
      parallelism?: number;
      windows?: object;
    } = {},
  ) => {
    const replicas = changes.replicas ?? 2;
    const values = {
      "blueprint:topology": {
        kind: "remote-server",
        orchestrator: {
          kind: "kubernetes",
          kubeconfig: cluster.kubeconfig,
          autoscaling: { schedule: { windows: changes.windows ?? {} } },
        },
        hosts: STAGING_NODES.map(({ name, labels }, index) => ({
          name,
          address: `10.0.0.1${index + 1}`,
          cpu: "8",
          memory: "32GiB",
          disk: "256GiB",
          labels,
        })),
        workload: {
          storage: { persistent: false },
          update: { strategy: changes.strategy ?? "rolling", parallelism: changes.parallelism ?? 1 },
        },
      },
      "blueprint:agent": {
        image: `${IMAGE}:${changes.version ?? "1.2.0"}`,
        ports: [{ hostPort: 8080, address: "0.0.0.0" }],
        authentication: { kind: "bearer", token: { secret: "accessToken" } },
        database: { kind: "postgresql" },
        resources: { limits: { memory: changes.memory ?? "1GiB" } },
      },
      "blueprint:turns": { maxSeconds: 180 },
      "blueprint:scaling": { replicas: { min: replicas, max: changes.replicasMax ?? replicas } },
    };
    const kept = parse(await readFile(stackFile(), "utf8"));
    const secrets = Object.entries(kept.config ?? {}).filter(([key]) => key === "blueprint:accessToken");
    await writeFile(stackFile(), stringify({ ...salt, config: { ...values, ...Object.fromEntries(secrets) } }));
  };
  const stackFile = () => join(project.folder, `Pulumi.${STACK}.yaml`);
  const up = () => project.run("up", "--stack", STACK, "--yes", "--skip-preview");

  beforeAll(async () => {
    cluster = await startKubernetes(STAGING_NODES);
    await makeVolumes(cluster, (await stagingOnKubernetes(DISPOSABLE, STACK)).target);
    project = await PulumiProject.create(pulumi ?? "");
    await project.run("stack", "init", STACK);
    salt = parse(await readFile(stackFile(), "utf8"));
    await project.run("config", "set", "--stack", STACK, "--secret", "blueprint:accessToken", "of-this-suite");
    await describeStack();
  }, 600_000);
  afterAll(async () => {
    await project?.run("destroy", "--stack", STACK, "--yes").catch(() => undefined);
    await project?.remove();
    await cluster?.[Symbol.asyncDispose]();
  });

  it("comes up from nothing, with its policies passed", async () => {
    await project.run("up", "--stack", STACK, "--yes", "--policy-pack", "policies/production");
    const { status } = await cluster.get("deployment/flame-cluster-agent", "--namespace", NAMESPACE);
    expect(status.availableReplicas).toBe(2);
  });

  it("changes nothing the second time, and nothing after a refresh", async () => {
    expect(await project.changedNames(STACK)).toEqual([]);
    await project.run("refresh", "--stack", STACK, "--yes");
    expect(await project.changedNames(STACK)).toEqual([]);
  });

  it("touches one object where a limit changes", async () => {
    await describeStack({ memory: "1152MiB" });
    expect(await project.changedNames(STACK)).toEqual([`flame-${STACK}-kubernetes-controller-agent`]);
    await up();
    const { spec } = await cluster.get("deployment/flame-cluster-agent", "--namespace", NAMESPACE);
    expect(spec.template.spec.containers[0].resources.limits.memory).toBe("1152Mi");
    expect(await project.changedNames(STACK)).toEqual([]);
  });

  it("switches a blue-green service only once the new version is available", async () => {
    await describeStack({ strategy: "blue-green" });
    await up();
    const before = await selectorOf();
    const seen = new AbortController();
    const switched = watchSwitch(before, seen.signal);
    await describeStack({ strategy: "blue-green", version: "1.3.0" });
    await up();
    seen.abort();
    const after = await selectorOf();
    expect(after).not.toBe(before);
    expect(await switched).toEqual({ revision: after, availableAtSwitch: 2 });
    const { items } = await cluster.get(
      "deployments",
      "--namespace",
      NAMESPACE,
      "--selector=blueprint.component=agent",
    );
    expect(items).toHaveLength(1);
  });

  it("brings a version that is to be tried out beside the one that serves, and leaves that one to the rollout", async () => {
    const canary = { strategy: "canary", replicas: 4, version: "1.3.0" };
    await describeStack(canary);
    await up();
    expect(await track("stable")).toEqual({ version: "1.3.0", replicas: 4, available: 4 });
    expect(await track("canary")).toEqual({ version: "1.3.0", replicas: 0, available: 0 });
    expect(await project.changedNames(STACK)).toEqual([]);

    await describeStack({ ...canary, version: "1.4.0" });
    expect(await project.changedNames(STACK)).toEqual([`flame-${STACK}-kubernetes-canary-agent`]);
    await up();
    expect(await track("stable")).toEqual({ version: "1.3.0", replicas: 4, available: 4 });
    expect(await track("canary")).toEqual({ version: "1.4.0", replicas: 0, available: 0 });

    // As a rollout leaves it that is under way: another one owns the counts and the stable version.
    const inNamespace = ["--namespace", NAMESPACE];
    await cluster.kubectl(["scale", `deployment/flame-${STACK}-agent-canary`, "--replicas=1", ...inNamespace]);
    await cluster.kubectl([
      "set",
      "image",
      `deployment/flame-${STACK}-agent-stable`,
      `agent=${IMAGE}:1.4.0`,
      ...inNamespace,
    ]);
    await project.run("refresh", "--stack", STACK, "--yes");
    expect(await project.changedNames(STACK)).toEqual([]);
    await describeStack({ ...canary, version: "1.4.0", parallelism: 2 });
    expect(await project.changedNames(STACK)).toEqual([`flame-${STACK}-kubernetes-canary-agent`]);
    await up();
    expect(await track("stable")).toMatchObject({ version: "1.4.0", replicas: 4 });
    expect(await track("canary")).toMatchObject({ version: "1.4.0", replicas: 1 });
  });

  it("ends no window of a schedule by an update within it", async () => {
    const windows = { day: { start: "0 7 * * 1-5", end: "0 19 * * 1-5", replicas: 3 } };
    await describeStack({ replicasMax: 4, windows });
    await up();
    // What the window's CronJob does, whose pod a simulated node doesn't run.
    const inNamespace = ["--namespace", NAMESPACE];
    const { spec } = await cluster.get("cronjob", `flame-${STACK}-agent-day-start`, ...inNamespace);
    const pod = spec.jobTemplate.spec.template.spec;
    const account = `--as=system:serviceaccount:${NAMESPACE}:${pod.serviceAccountName}`;
    await cluster.kubectl([...pod.containers[0].args, account, ...inNamespace]);

    expect(await project.changedNames(STACK)).toEqual([]);
    await project.run("refresh", "--stack", STACK, "--yes");
    expect(await project.changedNames(STACK)).toEqual([]);
    await describeStack({ replicas: 2, replicasMax: 5, windows });
    await up();
    const scaler = await cluster.get("horizontalpodautoscaler", `flame-${STACK}-agent`, ...inNamespace);
    expect(scaler.spec).toMatchObject({ minReplicas: 3, maxReplicas: 5 });
  });

  it("leaves nothing after a destroy", async () => {
    await project.run("destroy", "--stack", STACK, "--yes");
    const left = await cluster.tryKubectl(["get", "namespace", NAMESPACE]);
    expect(left.stderr).toMatch(/not found/);
    const { items } = await cluster.get("priorityclasses", "--selector=app.kubernetes.io/managed-by=blueprint");
    expect(items).toEqual([]);
  });

  const track = async (name: "stable" | "canary") => {
    const { spec, status } = await cluster.get(`deployment/flame-${STACK}-agent-${name}`, "--namespace", NAMESPACE);
    const version = spec.template.spec.containers[0].image.split(":").at(-1);
    return { version, replicas: spec.replicas, available: status.availableReplicas ?? 0 };
  };
  const selectorOf = async (): Promise<string> =>
    (await cluster.get("service/flame-cluster-agent", "--namespace", NAMESPACE)).spec.selector["blueprint.revision"];

  /** How many pods of the new version were available when the service was seen to select them for the first time. */
  async function watchSwitch(before: string, over: AbortSignal) {
    while (!over.aborted) {
      const { items } = await cluster.get("deployments,service", "--namespace", NAMESPACE);
      const revision = items.find(isAgentService)?.spec.selector["blueprint.revision"];
      if (revision === before) continue;
      const next = items.find(({ spec }: Listed) => spec.template?.metadata.labels["blueprint.revision"] === revision);
      return { revision, availableAtSwitch: next?.status.availableReplicas };
    }
    return undefined;
  }
});

interface Listed {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template?: { readonly metadata: { readonly labels: Readonly<Record<string, string>> } } };
}

function isAgentService({ kind, metadata }: Listed): boolean {
  return kind === "Service" && metadata.name === "flame-cluster-agent";
}
