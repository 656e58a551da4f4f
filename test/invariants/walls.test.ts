import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { z } from "zod";

/** Imports that somebody might write, and the wall that each runs into; none: it is as it should be. */
const IMPORTS = [
  { from: "components/traffic/a.ts", to: "components/core/index.ts", walls: [] },
  { from: "components/traffic/b.ts", to: "components/topology/index.ts", walls: ["traffic-uses-what-is-below-it"] },
  { from: "components/traffic/c.ts", to: "components/core/bytes.ts", walls: ["components-by-their-index"] },
  { from: "components/traffic/d.ts", to: "stacks/preview/index.ts", walls: ["components-know-nobody-above"] },
  { from: "components/traffic/d.test.ts", to: "stacks/preview/graph.ts", walls: [] },
  { from: "components/other/e.ts", to: "components/core/index.ts", walls: ["only-known-components"] },
  { from: "policies/f.ts", to: "stacks/preview/index.ts", walls: [] },
  { from: "policies/g.ts", to: "components/core/index.ts", walls: ["policies-are-strangers"] },
  { from: "stacks/h.ts", to: "apps/ops/src/main.ts", walls: ["stacks-know-no-command"] },
  { from: "stacks/docs/i.ts", to: "stacks/preview/graph.ts", walls: ["stacks-folders-by-their-index"] },
  { from: "apps/ops/src/j.ts", to: "components/core/bytes.ts", walls: ["components-by-their-index"] },
  { from: "apps/flame-agent/src/k.ts", to: "components/core/index.ts", walls: ["the-agent-is-an-application"] },
  { from: "components/core/l.ts", to: "components/core/m.ts", walls: ["no-circles"] },
  // A circle is told of once.
  { from: "components/core/m.ts", to: "components/core/l.ts", walls: [] },
] as const;

const Report = z.object({
  summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })) }),
});

it("an import across a wall is found, and one through its door is not", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-walls-"));
  try {
    const write = async (path: string, content: string) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    };
    const known = new Set<string>(IMPORTS.map(({ from }) => from));
    for (const { to } of IMPORTS) if (!known.has(to)) await write(to, "export {};\n");
    for (const { from, to } of IMPORTS) {
      const path = relative(dirname(from), to);
      await write(from, `import "${path.startsWith(".") ? path : `./${path}`}";\nexport {};\n`);
    }
    await write("tsconfig.json", "{}");
    const config = resolve(import.meta.dirname, "../../.dependency-cruiser.mjs");
    const program = resolve(import.meta.dirname, "../../node_modules/.bin/depcruise");
    const places = ["components", "stacks", "policies", "apps"];
    const { stdout } = await execa(program, [...places, "--config", config, "--output-type", "json"], {
      cwd: folder,
      reject: false,
    });
    const { violations } = Report.parse(JSON.parse(stdout)).summary;
    const wallsOf = (file: string) => violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);
    expect(IMPORTS.map(({ from }) => ({ from, walls: wallsOf(from) }))).toEqual(
      IMPORTS.map(({ from, walls }) => ({ from, walls })),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
