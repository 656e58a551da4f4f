import { existsSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Place } from "./place.ts";

/** Removes the environment's folder, without the data and the secrets that open them where they are kept. */
export async function clearPlace(place: Place, data: "keep" | "delete"): Promise<void> {
  const kept =
    data === "keep" && existsSync(place.data) ? [place.data, place.secrets].map((path) => basename(path)) : [];
  const entries = await readdir(place.folder).catch(() => []);
  for (const entry of entries.filter((name) => !kept.includes(name))) {
    await rm(join(place.folder, entry), { recursive: true, force: true });
  }
  if (kept.length > 0) return;
  await rm(place.folder, { recursive: true, force: true });
  // Other environments, and Pulumi's state, keep their folder.
  await rmdir(dirname(place.folder)).catch(() => undefined);
}
