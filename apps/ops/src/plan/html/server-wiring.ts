import { formatBytes, formatCpu, toMiB } from "../../../../../components/core/index.ts";
import type { WorkloadPlan } from "../../../../../components/orchestration/index.ts";
import type { RemoteServerPlan } from "../../../../../components/topology/index.ts";
import { formatMiB } from "../promises.ts";
import type { Box, ContainerBox, Wiring } from "./wiring.ts";

/** Reads off a server's plan what the picture shows. */
export function serverWiring(plan: RemoteServerPlan): Wiring {
  const { client, choice, capacity } = plan;
  return {
    app: {
      id: "app",
      title: "Clients",
      lines: [client.endpoints.api, `read up to ${client.connection.readTimeoutSeconds} s`, client.authentication.kind],
    },
    appPort: portId("agent", 0),
    network: `${choice.kind} over ${capacity.placement.hosts.map(({ name }) => name).join(", ")}`,
    containers: plan.workloads.map((workload) => workloadBox(workload, plan)),
  };
}

function workloadBox(workload: WorkloadPlan, plan: RemoteServerPlan): ContainerBox {
  const { key, replicas, resources } = workload;
  const hosts = new Set(plan.capacity.placement.placed.filter((one) => one.key === key).map(({ host }) => host));
  const count = replicas.min === replicas.max ? `${replicas.min}` : `${replicas.min} to ${replicas.max}`;
  return {
    id: key,
    title: `${key} × ${count}`,
    lines: [
      workload.image.text,
      `at most ${formatMiB(toMiB(resources.memoryLimit))}, ${formatCpu(resources.cpuLimit)} cores each`,
      `has room on ${[...hosts].join(", ")}`,
      `${workload.stopGraceSeconds} s to stop`,
    ],
    ports: workload.ports.map((port, index) => ({
      id: portId(key, index),
      title: `${port.reach === "inside" ? port.containerPort : port.publishedPort}${port.protocol === "udp" ? " udp" : ""}`,
      lines: [port.reach === "everywhere" ? "open to the network" : "inside alone"],
    })),
    stores: workload.mounts.flatMap((mount, index) => storeBox(mount, index, key, plan)),
    dependsOn: workload.dependsOn,
  };
}

function storeBox(
  mount: WorkloadPlan["mounts"][number],
  index: number,
  key: string,
  { volumes }: RemoteServerPlan,
): Box[] {
  const id = `${key}-store-${index}`;
  switch (mount.kind) {
    case "volume": {
      const volume = volumes.find(({ name }) => name === mount.volume);
      return [
        { id, title: mount.volume, lines: [`volume, ${volume ? formatBytes(volume.size) : ""}`, mount.containerPath] },
      ];
    }
    case "folder":
      return [{ id, title: mount.hostPath, lines: ["folder of the host", mount.containerPath] }];
    case "memory":
      return [];
  }
}

function portId(key: string, index: number): string {
  return `${key}-port-${index}`;
}
