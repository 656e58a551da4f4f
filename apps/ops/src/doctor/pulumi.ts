import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { found, type Row, wanting } from "./row.ts";

/** Longest wait for the engine's version. */
const ANSWER_MS = 5000;

/** The real Pulumi engine. The wrapper that npm installs is never run: its first run downloads the engine. */
export async function lookForPulumi(): Promise<Row> {
  const programs = [
    ...onPath(process.env.PATH),
    ...(await inHome(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"))),
  ];
  const program = programs.find((path) => existsSync(path));
  if (program === undefined) return judgePulumi(undefined, existsSync("node_modules/.bin/pulumi"));
  const { stdout, failed } = await execa(program, ["version"], {
    reject: false,
    timeout: ANSWER_MS,
    stdin: "ignore",
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return judgePulumi({ program, version: failed ? undefined : stdout.trim() }, false);
}

/** Judges what was found; `version` is `undefined` where the program gave none. */
export function judgePulumi(
  engine: { readonly program: string; readonly version: string | undefined } | undefined,
  wrapper: boolean,
): Row {
  const name = "pulumi engine";
  if (engine?.version !== undefined) return found(name, "pulumi", `${engine.version}, ${engine.program}`);
  if (engine)
    return wanting(
      "degraded",
      name,
      "pulumi",
      `${engine.program} doesn't tell its version`,
      `run ${engine.program} version and mend what it says`,
    );
  return wanting(
    "missing",
    name,
    "pulumi",
    wrapper
      ? "only npm's wrapper, which downloads the engine on its first run"
      : "not on PATH and not in the Pulumi home",
    "npx pulumi version downloads it where github.com and get.pulumi.com can be reached; else unpack a release onto PATH",
  );
}

/** Where PATH names the program, without the wrapper's folders. */
export function onPath(path = ""): string[] {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.includes("node_modules"))
    .map((folder) => join(folder, PROGRAM));
}

async function inHome(home: string): Promise<string[]> {
  const versions = await readdir(join(home, "versions")).catch(() => []);
  return [
    join(home, "bin", PROGRAM),
    ...versions
      .sort()
      .toReversed()
      .map((version) => join(home, "versions", version, "bin", PROGRAM)),
  ];
}

const PROGRAM = process.platform === "win32" ? "pulumi.exe" : "pulumi";
