import { createHash } from "node:crypto";
import { platformName } from "../../core/index.ts";
import type { AdapterInput } from "../adapter-input.ts";
import type { WorkloadFile } from "../workload.plan.ts";
import type { SwarmConfig } from "./swarm.plan.ts";

const HASH_LENGTH = 8;

/** A file as a Swarm's config: new content gets a new name, since a config can't be changed. */
export function swarmConfig({ name }: Pick<AdapterInput, "name">, { path, content }: WorkloadFile): SwarmConfig {
  return { name: `${platformName("swarmObject", name, digest(path))}-${digest(content)}`, content };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_LENGTH);
}
