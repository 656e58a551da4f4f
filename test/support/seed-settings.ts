import { readFileSync } from "node:fs";

/** How a setting of the requirements document is served: by settings of ours, or refused with a reason. */
export interface SeedSetting {
  readonly seed: string;
  /** Paths of the settings that serve it; none where it is refused. */
  readonly settings: readonly string[];
  /** Why it is refused, or what a reader should know of how it is served. */
  readonly reason: string;
}

/** Settings in the whole document. */
export const SEED_TOTAL = 1336;

/** Interfaces that are mapped so far, with the number of their settings. */
export const SEED_INTERFACES = [
  { name: "LocalPodmanDeployment", count: 42 },
  { name: "ElectronLocalResourceManagement", count: 23 },
  { name: "ElectronLocalMonitoring", count: 15 },
] as const;

const REFUSED = "refused";

/** Reads the map. A row is the document's setting, our settings separated by blanks (or `refused`), and a reason. */
export function readSeedSettings(): SeedSetting[] {
  const text = readFileSync(new URL("../invariants/seed-settings.tsv", import.meta.url), "utf8");
  const [, ...rows] = text.trimEnd().split("\n");
  return rows.map((row, index) => {
    const [seed, served, reason = ""] = row.split("\t");
    if (!seed || !served)
      throw new Error(`seed-settings.tsv, line ${index + 2}: a setting and what serves it are needed`);
    return { seed, settings: served === REFUSED ? [] : served.split(" "), reason };
  });
}
