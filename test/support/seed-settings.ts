import { readFileSync } from "node:fs";
import type { LeafResult } from "./walk.ts";

/** How a setting of the requirements document is answered. */
export type SeedSetting =
  /** Served by settings of ours, at these paths. */
  | { readonly kind: "served"; readonly seed: string; readonly settings: readonly string[] }
  /** Makes no sense on the real platform. */
  | { readonly kind: "refused"; readonly seed: string; readonly reason: string }
  /** Could be had, and is kept closed for security's sake. */
  | { readonly kind: "stance"; readonly seed: string; readonly reason: string }
  /** Not built yet. */
  | { readonly kind: "later"; readonly seed: string; readonly reason: string };

/** Settings in the whole document. */
export const SEED_TOTAL = 1336;

/** Interfaces that are mapped so far: the number of their settings, and the environment whose settings serve them. */
export const SEED_INTERFACES = [
  { name: "LocalPodmanDeployment", count: 42, world: "desktop" },
  { name: "ElectronLocalResourceManagement", count: 23, world: "desktop" },
  { name: "ElectronLocalMonitoring", count: 15, world: "desktop" },
  { name: "RemoteServerDeployment", count: 34, world: "kubernetes" },
  { name: "KubernetesOrchestration", count: 73, world: "kubernetes" },
  { name: "DockerSwarmOrchestration", count: 51, world: "swarm" },
  { name: "StandaloneContainerOrchestration", count: 49, world: "standalone" },
  { name: "RemoteServerResourceManagement", count: 25, world: "kubernetes" },
  { name: "ResourceManagementFramework", count: 129, world: "kubernetes" },
] as const;

export type SeedWorld = (typeof SEED_INTERFACES)[number]["world"];

/** Reads the map. A row is the document's setting, our settings separated by blanks (or `refused`, `stance` or `later`), and a reason. */
export function readSeedSettings(): SeedSetting[] {
  const text = readFileSync(new URL("../invariants/seed-settings.tsv", import.meta.url), "utf8");
  const [, ...rows] = text.trimEnd().split("\n");
  return rows.map((row, index) => {
    const [seed, served, reason = ""] = row.split("\t");
    if (!seed || !served)
      throw new Error(`seed-settings.tsv, line ${index + 2}: a setting and what serves it are needed`);
    if (served === "refused" || served === "stance" || served === "later") return { kind: served, seed, reason };
    return { kind: "served", seed, settings: served.split(" ") };
  });
}

/** Settings named by an interface of one world that its walk found to have no effect: `seed → setting`. */
export function withoutEffect(world: SeedWorld, results: readonly LeafResult[]): string[] {
  const effective = new Set(
    results.filter(({ effects }) => effects.some((effect) => effect !== "refusal")).map(({ leaf }) => leaf.path),
  );
  const names = SEED_INTERFACES.filter((one) => one.world === world).map(({ name }) => `${name}.`);
  return readSeedSettings().flatMap((row) =>
    row.kind === "served" && names.some((name) => row.seed.startsWith(name))
      ? row.settings.filter((one) => !effective.has(one)).map((one) => `${row.seed} → ${one}`)
      : [],
  );
}
