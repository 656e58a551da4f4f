import { toMiB } from "../../core/index.ts";
import {
  AGENT_DATA_FOLDER,
  AGENT_USER,
  type AgentSettings,
  folderMounts,
  type MountPlan,
  withScratch,
} from "../../orchestration/index.ts";
import { dataVolumeName } from "./local-podman.names.ts";
import type { LocalPodmanTopology, LocalStorage } from "./local-podman.settings.ts";

/** What the agent sees: its data, the user's folders and room to write. */
export function agentMounts(
  environment: string,
  { topology, agent }: { topology: LocalPodmanTopology; agent: AgentSettings },
): MountPlan[] {
  return withScratch([...storageMounts(environment, topology.storage), ...folderMounts(agent.volumes)]);
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
