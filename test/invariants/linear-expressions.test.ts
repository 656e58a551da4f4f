import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { check } from "recheck";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** What strangers' texts come to: messages, documents, addresses, headers. */
const ROOT = fileURLToPath(new URL("../../apps/flame-agent/src/", import.meta.url));
/** Where expressions are put together, from texts of ours: the application's routes, and a name. */
const PUT_TOGETHER = ["database/socket-folder.ts", "http/application.ts", "http/mastra-routes.ts"];
/** Longest that one may take, which is what a busy machine takes. */
const CHECK_MILLISECONDS = 60_000;
/** Where recheck has a program of its own; its JavaScript takes minutes. */
const HAVE_PROGRAM = ["darwin-arm64", "darwin-x64", "linux-x64", "win32-x64"].includes(
  `${process.platform}-${process.arch}`,
);

const { literals, built } = expressionsBelow(ROOT);

describe.skipIf(!HAVE_PROGRAM)("regular expressions that strangers' texts come to", () => {
  it("take time in proportion to the text, by recheck", { timeout: 300_000 }, async () => {
    const found: string[] = [];
    for (const { place, source, flags } of literals) {
      const { status, ...verdict } = await verdictOn(source, flags);
      if (status === "safe") continue;
      const how = "complexity" in verdict ? verdict.complexity?.summary : undefined;
      found.push(`${place}: /${source}/${flags} ${status}: ${how ?? "no verdict"}`);
    }
    expect(literals.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });
});

it("aren't put together elsewhere than where that is known to be of texts of ours", () => {
  expect(built).toEqual(PUT_TOGETHER);
});

it("are told by the same check where they don't", { timeout: 60_000 }, async () => {
  expect(await check(String.raw`\bmy ([a-z][a-z ]*?) is`, "i", { timeout: CHECK_MILLISECONDS })).toMatchObject({
    status: "vulnerable",
  });
});

/** By proof where there is one: a search at random finds now and then what isn't so, the more often the busier it is here. */
async function verdictOn(source: string, flags: string) {
  const proven = await check(source, flags, { timeout: CHECK_MILLISECONDS, checker: "automaton" });
  return proven.status === "unknown" ? check(source, flags, { timeout: CHECK_MILLISECONDS }) : proven;
}

/** Every expression of the sources in a folder, tests and what serves them left out. */
function expressionsBelow(root: string) {
  const literals: { readonly place: string; readonly source: string; readonly flags: string }[] = [];
  const built: string[] = [];
  const files = globSync("**/*.ts", { cwd: root }).filter((file) => !/\.test\.ts$|^testing\//.test(file));
  for (const file of files.toSorted()) {
    const tree = ts.createSourceFile(file, readFileSync(root + file, "utf8"), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf("/");
        literals.push({ place: file, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
      }
      if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === "RegExp")
        built.push(file);
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  return { literals, built };
}
