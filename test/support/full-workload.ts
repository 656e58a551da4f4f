import { ImageReference, mebibytes, milliCpu } from "../../components/core/index.ts";
import type { WorkloadPlan, WorkloadVolumePlan } from "../../components/orchestration/index.ts";
import { workloadPlan } from "./workload.ts";

/**
 * A workload that says something at every leaf, no two of them the same: a value that an emitter puts in another's place
 * is seen. What is expected of the emitters is written by hand, from what each setting means.
 */
export function fullWorkload(changes: Partial<WorkloadPlan> = {}): WorkloadPlan {
  return workloadPlan({
    name: "flame-staging-cache",
    key: "cache",
    image: ImageReference.parse("registry.example/team/cache:7.4.1"),
    entrypoint: ["/bin/cache"],
    command: ["serve", "--fast"],
    user: "1201:1302",
    environment: { TZ: "Europe/Vienna" },
    secrets: { CACHE_TOKEN: { kind: "configuration", name: "accessToken" } },
    files: [],
    ports: [
      { name: "port-1", containerPort: 4101, protocol: "tcp", publishedPort: 8102, reach: "everywhere" },
      { name: "port-2", containerPort: 4203, protocol: "udp", publishedPort: 8204, reach: { address: "10.1.2.3" } },
    ],
    mounts: [
      { kind: "folder", hostPath: "/srv/rules", containerPath: "/rules", mode: "ro" },
      { kind: "folder", hostPath: "/srv/spool", containerPath: "/spool", mode: "rw" },
      { kind: "memory", containerPath: "/run", sizeMiB: 59, options: ["noexec"], owner: "1403:1504" },
    ],
    healthCheck: {
      command: ["check", "--deep"],
      intervalSeconds: 11,
      timeoutSeconds: 7,
      startPeriodSeconds: 37,
      retries: 4,
    },
    readyPath: "/ready-now",
    restart: { kind: "on-failure", maxRetries: 8 },
    logging: { kind: "file", maxSize: mebibytes(13), maxFiles: 6 },
    resources: {
      cpuRequest: milliCpu(310),
      cpuLimit: milliCpu(1700),
      memoryRequest: mebibytes(401),
      memoryLimit: mebibytes(809),
      swap: mebibytes(103),
      cpuSet: "2-5",
      priority: "medium",
      ephemeralRequest: mebibytes(211),
      ephemeralLimit: mebibytes(307),
      gpus: 3,
      ingressPerSecond: mebibytes(2),
      egressPerSecond: mebibytes(5),
    },
    placement: {
      require: [{ key: "zone", operator: "In", values: ["vienna"] }],
      prefer: [{ weight: 61, key: "disk", operator: "In", values: ["fast"] }],
      spreadOver: ["rack"],
      apart: "required",
      tolerations: [{ key: "dedicated", operator: "Equal", value: "caches", effect: "NoSchedule" }],
    },
    update: {
      strategy: "rolling",
      order: "start-first",
      parallelism: 2,
      delaySeconds: 17,
      monitorSeconds: 71,
      onFailure: "pause",
      maxFailureRatio: 0.15,
    },
    rollback: {
      order: "stop-first",
      parallelism: 3,
      delaySeconds: 19,
      monitorSeconds: 73,
      onFailure: "continue",
      maxFailureRatio: 0.25,
    },
    replicas: { mode: "replicated", min: 4, max: 4 },
    security: { seccomp: { kind: "profile", path: "profiles/cache.json" } },
    metrics: { port: 9305, path: "/figures" },
    stopGraceSeconds: 193,
    labels: { team: "assistants" },
    dependsOn: [],
    ...changes,
  });
}

/** A volume with a value of its own at every leaf. */
export const FULL_VOLUME: WorkloadVolumePlan = {
  name: "flame-staging-cache-data",
  persistent: true,
  driver: "nfs",
  driverOptions: { share: "files.example:/cache" },
  labels: { purpose: "cache" },
  size: mebibytes(5_120),
};

/** The same workload with that volume, of which only one may run. */
export const FULL_KEEPER = fullWorkload({
  mounts: [{ kind: "volume", volume: FULL_VOLUME.name, containerPath: "/var/lib/cache" }],
  replicas: { mode: "replicated", min: 1, max: 1 },
});
