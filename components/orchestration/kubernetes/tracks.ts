import { platformName } from "../../core/index.ts";
import { keepsData, type WorkloadPlan } from "../workload.plan.ts";

/** Pods of two versions side by side: those that serve, and those of a version that is tried out. */
export type Track = "stable" | "canary";

/** Label of the pods and objects of a track. */
export const TRACK_LABEL = "blueprint.track";

/** Label of the pods with their version: a digest of all that they are made from. */
export const VERSION_LABEL = "blueprint.revision";

/** Whether a new version of the workload is tried out on a part of the requests first. */
export function isTried(workload: Pick<WorkloadPlan, "update" | "mounts">): boolean {
  return workload.update.strategy === "canary" && !keepsData(workload);
}

/** Name of a track's Deployment, and of the service of a track that a route gives a share. */
export function trackName({ name }: Pick<WorkloadPlan, "name">, track: Track): string {
  return platformName("kubernetes", name, track);
}

export function trackLabels(track: Track): Record<string, string> {
  return { [TRACK_LABEL]: track };
}

/**
 * Key of what makes the pods that serve. A workload that is tried out has another one than before: Pulumi then makes
 * its Deployments beside the one that they replace, whose selector no update could change.
 */
export function controllerKey(workload: Pick<WorkloadPlan, "key" | "update" | "mounts">): string {
  return isTried(workload) ? trackKey(workload, "stable") : `controller-${workload.key}`;
}

export function trackKey({ key }: Pick<WorkloadPlan, "key">, track: Track): string {
  return `${track}-${key}`;
}
