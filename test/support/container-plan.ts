import { milliCpu } from "../../components/core/index.ts";
import type { ContainerPlan } from "../../components/orchestration/index.ts";

/** A container's plan, but for what a test is about. */
export function containerPlan(changes: Partial<ContainerPlan> = {}): ContainerPlan {
  return {
    name: "flame-dev-cache",
    networkAlias: "flame-dev-cache",
    entrypoint: [],
    key: "cache",
    image: {
      text: "registry.example/team/cache:7.4.1",
      repository: "registry.example/team/cache",
      registry: "registry.example",
      tag: "7.4.1",
      digest: undefined,
    },
    imageId: undefined,
    updateAutomatically: false,
    command: [],
    user: "999:998",
    environment: {},
    secrets: {},
    ports: [],
    mounts: [],
    healthCheck: {
      command: ["cache", "ping"],
      intervalSeconds: 60,
      timeoutSeconds: 5,
      startPeriodSeconds: 0,
      retries: 3,
    },
    restart: { kind: "unless-stopped" },
    logging: { kind: "none" },
    limits: {
      cpuShares: 128,
      cpu: milliCpu(500),
      cpuSet: undefined,
      memoryMiB: 512,
      memoryReservationMiB: 256,
      memoryAndSwapMiB: 768,
    },
    stopGraceSeconds: 30,
    labels: {},
    dnsServers: [],
    dependsOn: [],
    ...changes,
  };
}
