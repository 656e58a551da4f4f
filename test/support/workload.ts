import { planOrchestratedTurns } from "../../components/availability/index.ts";
import { ImageReference, mebibytes, milliCpu } from "../../components/core/index.ts";
import {
  type AdapterInput,
  adaptKubernetes,
  adaptStandalone,
  adaptSwarm,
  Endpoint,
  KubernetesSettings,
  type OrchestratorKind,
  StandaloneSettings,
  SwarmSettings,
  type WorkloadPlan,
  type WorkloadVolumePlan,
} from "../../components/orchestration/index.ts";

/** A workload that says something at every leaf that all orchestrators honour. */
export function workloadPlan(changes: Partial<WorkloadPlan> = {}): WorkloadPlan {
  return {
    name: "flame-staging-agent",
    key: "agent",
    image: ImageReference.parse("registry.example/team/flame-agent:1.2.0"),
    entrypoint: [],
    command: [],
    user: "10001:10001",
    environment: { TZ: "UTC" },
    secrets: { FLAME_ACCESS_TOKEN: { kind: "configuration", name: "accessToken" } },
    files: [],
    ports: [{ name: "http", containerPort: 4111, protocol: "tcp", publishedPort: 8080, reach: "everywhere" }],
    mounts: [{ kind: "memory", containerPath: "/tmp", sizeMiB: 64, options: [], owner: undefined }],
    healthCheck: { command: ["check"], intervalSeconds: 10, timeoutSeconds: 5, startPeriodSeconds: 20, retries: 3 },
    readyPath: "/ready",
    restart: { kind: "unless-stopped" },
    logging: { kind: "file", maxSize: mebibytes(10), maxFiles: 1 },
    resources: {
      ingressPerSecond: undefined,
      egressPerSecond: undefined,
      cpuRequest: milliCpu(250),
      cpuLimit: milliCpu(2000),
      memoryRequest: mebibytes(512),
      memoryLimit: mebibytes(1024),
      swap: mebibytes(0),
      cpuSet: undefined,
      priority: "high",
      ephemeralRequest: undefined,
      ephemeralLimit: undefined,
      gpus: 0,
    },
    placement: { require: [], prefer: [], spreadOver: [], apart: "preferred", tolerations: [] },
    update: {
      strategy: "rolling",
      order: "start-first",
      parallelism: 1,
      delaySeconds: 0,
      maxFailureRatio: 0,
    },
    rollback: {},
    replicas: { mode: "replicated", min: 2, max: 2 },
    security: { seccomp: { kind: "runtime-default" } },
    metrics: { port: 4111, path: "/metrics" },
    stopGraceSeconds: 190,
    labels: { team: "assistants" },
    dependsOn: [],
    ...changes,
  };
}

/** What an orchestrator makes of workloads, as text. */
export function objectsOf(
  orchestrator: OrchestratorKind,
  workloads: readonly WorkloadPlan[],
  volumes: readonly WorkloadVolumePlan[] = [],
): string {
  const input = adapterInput(orchestrator, workloads, volumes);
  switch (orchestrator) {
    case "standalone":
      return JSON.stringify(adaptStandalone(input, StandaloneSettings.parse({ kind: "standalone" })));
    case "swarm":
      return JSON.stringify(adaptSwarm(input, SwarmSettings.parse({ kind: "swarm" })));
    case "kubernetes":
      return JSON.stringify(
        adaptKubernetes(input, KubernetesSettings.parse({ kind: "kubernetes" }), {
          quota: {},
          bounds: {},
          classes: {},
        }),
      );
  }
}

/** What an adapter makes its objects of: workloads on one host. */
export function adapterInput(
  orchestrator: OrchestratorKind,
  workloads: readonly WorkloadPlan[],
  volumes: readonly WorkloadVolumePlan[],
): AdapterInput {
  const keeper =
    orchestrator === "kubernetes"
      ? ({
          kind: "kubernetes",
          endpointPropagationSeconds: 10,
          progressDeadlineSeconds: undefined,
          scaleDownWindowSeconds: undefined,
          minReadySeconds: 0,
          recreates: false,
          boundsAnswers: false,
        } as const)
      : orchestrator === "swarm"
        ? ({ kind: "swarm", monitorSeconds: undefined, proxied: true } as const)
        : ({ kind: "standalone" } as const);
  const grace = workloads.find(({ key }) => key === "agent")?.stopGraceSeconds;
  return {
    environment: "staging",
    name: "flame-staging",
    workloads,
    volumes,
    hosts: [
      {
        name: "node-1",
        address: "10.0.0.11",
        engineAddress: "ssh://root@10.0.0.11:22",
        role: "manager",
        labels: {},
        taints: [{ key: "dedicated", value: "agents", effect: "NoSchedule" }],
      },
    ],
    placed: workloads.flatMap(({ key, replicas }) =>
      Array.from({ length: replicas.min }, () => ({ key, host: "node-1" })),
    ),
    turns: planOrchestratedTurns(
      { maxSeconds: 180, drainMarginSeconds: 5, heartbeatSeconds: 15, stopGraceSeconds: grace },
      keeper,
      65,
    ),
    endpoint: Endpoint.parse({}),
    registryHosts: [],
    labelsOf: (component) => ({ "blueprint.component": component }),
    identityOf: (component) => ({ "blueprint.component": component }),
  };
}
