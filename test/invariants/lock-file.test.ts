import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { z } from "zod";

const Package = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).prefault({}),
});
const LockFile = z.object({ packages: z.record(z.string(), Package) });

const { packages } = LockFile.parse(
  JSON.parse(await readFile(new URL("../../package-lock.json", import.meta.url), "utf8")),
);

// An install beside an existing node_modules drops the packages of other platforms, and `npm ci` then refuses the file.
it("names the packages of every platform", () => {
  const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !placesOf(folder, name).some((place) => place in packages))
      .map((name) => `${folder} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

it("names no registry: packages come from the one that npm is set up for", () => {
  const addresses = Object.values(packages).flatMap(({ resolved }) => (resolved?.includes("://") ? [resolved] : []));
  expect(addresses).toEqual([]);
});

/** Where Node looks for a package, from a folder upwards. */
function placesOf(folder: string, name: string): string[] {
  const parts = folder.split("/node_modules/");
  const folders = parts.map((_, index) => parts.slice(0, index + 1).join("/node_modules/"));
  return ["", ...folders].map((above) => (above === "" ? `node_modules/${name}` : `${above}/node_modules/${name}`));
}
