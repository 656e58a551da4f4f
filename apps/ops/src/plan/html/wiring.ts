import { formatCpu } from "../../../../../components/core/index.ts";
import {
  AGENT_DATA_FOLDER,
  type ContainerPlan,
  type MountPlan,
} from "../../../../../components/orchestration/index.ts";
import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { formatMiB } from "../promises.ts";

/** One box of the picture. */
export interface Box {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
}

/** A container with what it is reached by, what it uses and what it waits for. */
export interface ContainerBox extends Box {
  readonly ports: readonly Box[];
  readonly stores: readonly Box[];
  /** Ids of containers that are started first. */
  readonly dependsOn: readonly string[];
}

/** What is connected with what on a desktop. */
export interface Wiring {
  readonly app: Box;
  /** The port that the app talks to. */
  readonly appPort: string;
  readonly network: string;
  readonly containers: readonly ContainerBox[];
}

/** Reads off a plan what the picture shows. */
export function wiringOf(plan: LocalPodmanPlan): Wiring {
  const { desktop, network } = plan;
  return {
    app: {
      id: "app",
      title: "Desktop app",
      lines: [
        `channel ${desktop.proxy.ipcChannel}`,
        `reads up to ${desktop.proxy.readTimeoutSeconds} s`,
        "passes streams on",
      ],
    },
    appPort: portId("agent", 0),
    network: `network ${network.name}, ${network.subnet}`,
    containers: plan.containers.map((container) => containerBox(container, plan)),
  };
}

function containerBox(container: ContainerPlan, plan: LocalPodmanPlan): ContainerBox {
  const { key, limits } = container;
  return {
    id: key,
    title: key,
    lines: [
      container.name,
      container.image.text,
      `at most ${formatMiB(limits.memoryMiB)}, ${formatCpu(limits.cpu)} cores`,
      `${container.stopGraceSeconds} s to stop`,
    ],
    ports: container.ports.map((port, index) => ({
      id: portId(key, index),
      title: `${port.address}:${port.hostPort}${port.protocol === "udp" ? " udp" : ""}`,
      lines: [port.address.startsWith("127.") ? "this machine only" : "open to the network"],
    })),
    stores: [...container.mounts.flatMap((mount, index) => storeBox(mount, index, key, plan)), ...modelBox(container)],
    dependsOn: container.dependsOn,
  };
}

function storeBox(mount: MountPlan, index: number, key: string, { volumes }: LocalPodmanPlan): Box[] {
  const id = `${key}-store-${index}`;
  switch (mount.kind) {
    case "volume": {
      const persistent = volumes.find(({ name }) => name === mount.volume)?.persistent ?? true;
      return [
        {
          id,
          title: mount.volume,
          lines: [
            `volume at ${mount.containerPath}`,
            persistent ? "outlives the environment" : "goes with the environment",
          ],
        },
      ];
    }
    case "folder":
      return [
        {
          id,
          title: mount.hostPath,
          lines: [`folder at ${mount.containerPath}`, mount.mode === "ro" ? "read only" : "read and write"],
        },
      ];
    case "memory":
      // Scratch space of a read-only root says nothing about the environment; data in memory does.
      return mount.containerPath === AGENT_DATA_FOLDER
        ? [
            {
              id,
              title: `${formatMiB(mount.sizeMiB)} of memory`,
              lines: [`at ${mount.containerPath}`, "gone with the container"],
            },
          ]
        : [];
  }
}

/** A model outside the machine, read off the variable that names it to the agent. */
function modelBox({ key, environment }: ContainerPlan): Box[] {
  const address = environment.FLAME_MODEL_BASE_URL;
  if (address === undefined) return [];
  return [
    { id: `${key}-model`, title: environment.FLAME_MODEL_NAME ?? "model", lines: ["model", new URL(address).host] },
  ];
}

function portId(key: string, index: number): string {
  return `${key}-port-${index}`;
}
