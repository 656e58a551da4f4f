import type { MountPlan } from "./container.plan.ts";
import type { AdditionalContainer, HostFolder } from "./container.settings.ts";

/** Where Linux programs expect to write at run time; a read-only root needs them in memory. */
const SCRATCH_PATHS = [
  { containerPath: "/run", sizeMiB: 16 },
  { containerPath: "/tmp", sizeMiB: 64 },
  { containerPath: "/var/tmp", sizeMiB: 64 },
] as const;
const SCRATCH = { kind: "memory", options: ["noexec"], owner: undefined } as const;

/** What a further container sees: the user's folders, its writable paths and room to write. */
export function additionalMounts(container: AdditionalContainer): MountPlan[] {
  const writable = container.writablePaths.map(
    (containerPath): MountPlan => ({ ...SCRATCH, containerPath, sizeMiB: 64, owner: container.user }),
  );
  return withScratch([...folderMounts(container.volumes), ...writable]);
}

/** Mounts with scratch space at the usual paths, except where something else is mounted. */
export function withScratch(mounts: readonly MountPlan[]): MountPlan[] {
  const taken = new Set(mounts.map(({ containerPath }) => containerPath));
  const free = SCRATCH_PATHS.filter(({ containerPath }) => !taken.has(containerPath));
  return [...mounts, ...free.map((path): MountPlan => ({ ...SCRATCH, ...path }))];
}

/** Folders of the host as mounts. */
export function folderMounts(folders: readonly HostFolder[]): MountPlan[] {
  return folders.map((folder) => ({ kind: "folder", ...folder }));
}
