import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { z } from "zod";
import { Environment } from "./configuration.variables.ts";
import { CLOSED_PARTS } from "./http/mastra-closed.ts";

const rows = Object.entries(Environment.shape).map(([name, field]) => {
  const fallback = field instanceof z.ZodDefault ? `\`${String(field.def.defaultValue)}\`` : "";
  return `| \`${name}\` | ${fallback} | ${field.description} |`;
});

it("the README's table is the schema's: every variable, its default and its effect", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const written = readme.split("\n").filter((line) => line.startsWith("| `FLAME_"));
  expect(written.map(withoutPadding)).toEqual(rows.map(withoutPadding));
});

it("the README tells of every route of ours", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  for (const route of ["POST /turns", "POST /api/agents/flame/stream", "GET /health", "GET /ready", "GET /metrics"])
    expect(readme).toContain(route);
});

it("the README says which routes of Mastra's are closed, and why", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const lines = readme.split("\n").map(withoutPadding);
  for (const { routes, why } of CLOSED_PARTS) expect(lines).toContain(`| \`${routes}\` | ${why} |`);
});

/** A table's row as it is before the formatter lines up its columns. */
function withoutPadding(row: string): string {
  return row.replace(/ +/g, " ");
}
