import { homedir } from "node:os";
import { join } from "node:path";

/** Where an engine that no Debian package has is kept, outside the tree; as root where other users can read it. */
export function engineCache(nameAndVersion: string): string {
  const base = process.getuid?.() === 0 ? "/var/cache" : (process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"));
  return join(base, "mastra-deployment-blueprint", nameAndVersion);
}
