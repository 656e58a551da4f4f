import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../src/testing/folder.ts";
import { productionPackages } from "./closure.ts";

async function tree(manifests: Readonly<Record<string, object>>): Promise<string> {
  const root = await temporaryFolder();
  for (const [path, manifest] of Object.entries(manifests)) {
    await mkdir(join(root, path), { recursive: true });
    await writeFile(join(root, path, "package.json"), JSON.stringify(manifest));
  }
  return root;
}

const packages = (root: string) => productionPackages(root, join(root, "app"));

describe("what the app runs with", () => {
  it("is its dependencies, theirs, and the peers that are required", async () => {
    const root = await tree({
      app: { dependencies: { one: "1" }, devDependencies: { tester: "1" } },
      "node_modules/one": {
        dependencies: { two: "1" },
        peerDependencies: { three: "1", absent: "1" },
        peerDependenciesMeta: { absent: { optional: true } },
      },
      "node_modules/two": { dependencies: { one: "1" }, optionalDependencies: { "only-on-another-system": "1" } },
      "node_modules/three": {},
      "node_modules/tester": {},
      "node_modules/unrelated": {},
    });
    expect(packages(root)).toEqual(["node_modules/one", "node_modules/three", "node_modules/two"]);
  });

  it("is each package where Node finds it: nested before hoisted", async () => {
    const root = await tree({
      app: { dependencies: { one: "1", "@scope/two": "1" } },
      "node_modules/one": { dependencies: { "@scope/two": "2" } },
      "node_modules/one/node_modules/@scope/two": {},
      "node_modules/@scope/two": {},
    });
    expect(packages(root)).toEqual([
      "node_modules/@scope/two",
      "node_modules/one",
      "node_modules/one/node_modules/@scope/two",
    ]);
  });

  it("is refused with a name when a part isn't installed", async () => {
    const root = await tree({
      app: { dependencies: { one: "1" } },
      "node_modules/one": { dependencies: { two: "1" } },
    });
    expect(() => packages(root)).toThrow(
      /^"two", which node_modules\/one needs, isn't installed; fix: run npm install/,
    );
  });

  it("has what this app imports, and no tool of the workspace", () => {
    const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
    const found = productionPackages(root, join(root, "apps/flame-agent"));
    expect(found).toEqual(
      expect.arrayContaining(
        ["@mastra/core", "@electric-sql/pglite", "hono", "pino", "zod", "pg"].map((name) => `node_modules/${name}`),
      ),
    );
    expect(found.filter((path) => /typescript|vitest|@pulumi|biome|^node_modules\/node$/.test(path))).toEqual([]);
  });
});
