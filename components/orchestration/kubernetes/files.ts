import { createHash } from "node:crypto";
import { platformName } from "../../core/index.ts";
import type { WorkloadPlan } from "../workload.plan.ts";

const HASH_LENGTH = 8;

/** Name of the ConfigMap with a workload's files: it carries a hash of them, so that changed files roll out like an image. */
export function filesName({ name, files }: Pick<WorkloadPlan, "name" | "files">): string {
  return platformName("kubernetes", name.slice(0, 48), "files", digest(JSON.stringify(files)));
}

/** A file's key in the ConfigMap: its last part for a reader, and a hash of its whole path. */
export function fileKey(path: string): string {
  const last = path.split("/").at(-1) ?? "";
  return `${digest(path)}-${last.replace(/[^A-Za-z0-9_.-]+/g, "-").slice(0, 100)}`;
}

export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
}
