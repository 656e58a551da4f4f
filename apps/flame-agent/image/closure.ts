import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { z } from "zod";

const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().default(false) })).default({}),
});

/**
 * Folders (relative to `root`) of every package that runs with the one in `packageFolder`: its production dependencies,
 * theirs, and the peers that are required, each where Node would find it. Sorted. An optional one that isn't
 * installed is left out; a required one that is missing is an error.
 */
export function productionPackages(root: string, packageFolder: string): string[] {
  const found = new Set<string>();
  const pending = [packageFolder];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
    const peers = Object.keys(manifest.peerDependencies).filter(
      (name) => !manifest.peerDependenciesMeta[name]?.optional,
    );
    const optional = new Set(Object.keys(manifest.optionalDependencies));
    for (const name of [...Object.keys(manifest.dependencies), ...optional, ...peers]) {
      const dependency = installed(root, folder, name);
      if (dependency === undefined && !optional.has(name)) {
        throw new Error(
          `"${name}", which ${relative(root, folder)} needs, isn't installed; fix: run npm install at ${root}`,
        );
      }
      if (dependency === undefined || found.has(relative(root, dependency))) continue;
      found.add(relative(root, dependency));
      pending.push(dependency);
    }
  }
  return [...found].sort();
}

/** Node's own search: the package's node_modules, then those of each folder above, up to the root. */
function installed(root: string, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate);
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}
