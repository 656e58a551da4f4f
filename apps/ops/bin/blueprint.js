#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for TypeScript can say so, or hand over to the project's own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as module from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const ownNode = fileURLToPath(new URL("../../../node_modules/.bin/node", import.meta.url));

if (major > 22 || (major === 22 && minor >= 18)) {
  // Keeps compiled code between runs: half of a plan's time.
  module.enableCompileCache();
  await import("../src/main.ts");
} else if (existsSync(ownNode)) {
  const child = spawn(ownNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl+C to both; the child decides when to end.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
} else {
  console.error(
    `blueprint: Node ${process.versions.node} is too old; allowed: 22.18 or later; run npm install, which brings one`,
  );
  process.exitCode = 1;
}
