import { toMiB } from "../../core/index.ts";
import {
  type AdditionalContainer,
  AGENT_DATA_FOLDER,
  AGENT_USER,
  type AgentSettings,
  type MountPlan,
} from "../../orchestration/index.ts";
import { dataVolumeName } from "./local-podman.names.ts";
import type { LocalPodmanTopology, LocalStorage } from "./local-podman.settings.ts";

/** Where Linux programs expect to write at run time; a read-only root needs them in memory. */
const SCRATCH_PATHS = [
  { containerPath: "/run", sizeMiB: 16 },
  { containerPath: "/tmp", sizeMiB: 64 },
  { containerPath: "/var/tmp", sizeMiB: 64 },
] as const;
const SCRATCH = { kind: "memory", options: ["noexec"], owner: undefined } as const;

/** What the agent sees: its data, the user's folders and room to write. */
export function agentMounts(
  environment: string,
  { topology, agent }: { topology: LocalPodmanTopology; agent: AgentSettings },
): MountPlan[] {
  return withScratch([...storageMounts(environment, topology.storage), ...folders(agent.volumes)]);
}

/** What a further container sees: the user's folders, its writable paths and room to write. */
export function additionalMounts(container: AdditionalContainer): MountPlan[] {
  const writable = container.writablePaths.map(
    (containerPath): MountPlan => ({ ...SCRATCH, containerPath, sizeMiB: 64, owner: container.user }),
  );
  return withScratch([...folders(container.volumes), ...writable]);
}

/** Mounts with scratch space at the usual paths, except where something else is mounted. */
export function withScratch(mounts: readonly MountPlan[]): MountPlan[] {
  const taken = new Set(mounts.map(({ containerPath }) => containerPath));
  const free = SCRATCH_PATHS.filter(({ containerPath }) => !taken.has(containerPath));
  return [...mounts, ...free.map((path): MountPlan => ({ ...SCRATCH, ...path }))];
}

function storageMounts(environment: string, storage: LocalStorage): MountPlan[] {
  switch (storage.kind) {
    case "volume":
      return [{ kind: "volume", volume: dataVolumeName(environment, storage), containerPath: AGENT_DATA_FOLDER }];
    case "bind":
      return [{ kind: "folder", hostPath: storage.hostPath, containerPath: AGENT_DATA_FOLDER, mode: "rw" }];
    case "tmpfs":
      return [
        {
          kind: "memory",
          containerPath: AGENT_DATA_FOLDER,
          sizeMiB: toMiB(storage.size),
          options: storage.mountOptions,
          owner: AGENT_USER,
        },
      ];
  }
}

function folders(volumes: AgentSettings["volumes"]): MountPlan[] {
  return volumes.map((folder) => ({ kind: "folder", ...folder }));
}
