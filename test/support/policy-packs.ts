import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A policy pack written for one test: `source` is CommonJS with `policy`, the SDK, at hand. */
export async function temporaryPack(source: string) {
  const folder = await mkdtemp(join(tmpdir(), "policy-pack-"));
  const sdk = JSON.stringify(createRequire(import.meta.url).resolve("@pulumi/policy"));
  const pid = JSON.stringify(join(folder, "pid"));
  const head = `require("node:fs").writeFileSync(${pid}, String(process.pid));\nconst policy = require(${sdk});\n`;
  await writeFile(join(folder, "package.json"), '{ "name": "temporary", "version": "1.2.3", "main": "index.cjs" }');
  await writeFile(join(folder, "index.cjs"), head + source);
  return {
    folder,
    /** Whether the pack's process is there; `undefined` before it has started. */
    async alive(): Promise<boolean | undefined> {
      const text = await readFile(join(folder, "pid"), "utf8").catch(() => undefined);
      return text === undefined ? undefined : isRunning(Number(text));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
