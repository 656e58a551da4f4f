import { accessSync, constants, existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { reasonOf } from "./failure.ts";
import type { Tell } from "./step.ts";

/** A real Pulumi engine on this machine. */
export interface PulumiEngine {
  /** Full path of its program. */
  readonly program: string;
  readonly version: string;
}

/** What a search comes to: `broken` is a program that is there and doesn't tell its version. */
export type FoundPulumi =
  | { readonly kind: "there"; readonly what: string; readonly engine: PulumiEngine }
  | { readonly kind: "missing" | "broken"; readonly why: string };

/** Longest wait for a program to say its version. */
const ANSWER_MS = 10_000;
/** Longest silence of the download before it is given up. */
const SILENCE_MS = 60_000;
/** npm's wrapper of the engine, relative to the project. */
export const WRAPPER = join("node_modules", ".bin", process.platform === "win32" ? "pulumi.cmd" : "pulumi");
const PROGRAM = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/** Where a Pulumi engine may be, best first. Pure. */
export interface PulumiPlaces {
  /** Value of PATH. */
  readonly path: string;
  /** The Pulumi home, such as `~/.pulumi`. */
  readonly home: string;
  /** Names below its `versions` folder. */
  readonly versions: readonly string[];
}

/** Paths at which to look: PATH without the folders where npm keeps its wrapper, then the Pulumi home, newest version first. */
export function pulumiCandidates({ path, home, versions }: PulumiPlaces): string[] {
  const folders = path
    .split(delimiter)
    .filter((folder) => folder !== "" && !/(^|[\\/])node_modules([\\/]|$)/.test(folder));
  return [
    ...folders.map((folder) => join(folder, PROGRAM)),
    join(home, "bin", PROGRAM),
    ...versions.toSorted(byVersion).map((version) => join(home, "versions", version, "bin", PROGRAM)),
  ];
}

/** Finds a Pulumi engine that runs. */
export async function findPulumi(): Promise<FoundPulumi> {
  let broken: FoundPulumi | undefined;
  for (const program of await installed()) {
    const found = await askVersion(program);
    if (found.kind === "there") return found;
    broken ??= found;
  }
  return broken ?? { kind: "missing", why: "no Pulumi engine on PATH or in the Pulumi home" };
}

/** The same, and where there is none, npm's wrapper downloads one into the Pulumi home. */
export async function obtainPulumi(tell: Tell, silenceMilliseconds = SILENCE_MS): Promise<FoundPulumi> {
  const found = await findPulumi();
  if (found.kind === "there") return found;
  const failed = await downloadByWrapper(tell, silenceMilliseconds);
  return failed === undefined
    ? findPulumi()
    : { ...found, why: `${found.why}; npm's wrapper couldn't fetch one (${failed})` };
}

async function installed(): Promise<string[]> {
  const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const versions = await readdir(join(home, "versions")).catch(() => []);
  return pulumiCandidates({ path: process.env.PATH ?? "", home, versions }).filter(isExecutable);
}

async function askVersion(program: string): Promise<FoundPulumi> {
  const { stdout, failed, shortMessage } = await execa(program, ["version"], {
    reject: false,
    timeout: ANSWER_MS,
    stdin: "ignore",
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (failed) return { kind: "broken", why: `${program} doesn't run (${reasonOf(shortMessage)})` };
  const version = stdout.trim();
  return { kind: "there", what: `Pulumi ${version} (${program})`, engine: { program, version } };
}

/** Lets npm's wrapper download the engine into the Pulumi home. Returns why it couldn't. */
async function downloadByWrapper(tell: Tell, silenceMilliseconds: number): Promise<string | undefined> {
  const wrapper = resolve(WRAPPER);
  if (!existsSync(wrapper)) return "it isn't installed: npm install brings it";
  tell("downloading Pulumi through its npm package");
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMilliseconds);
  let last = "";
  const run = execa(wrapper, ["version"], {
    reject: false,
    stdin: "ignore",
    all: true,
    cancelSignal: silence.signal,
    // The wrapper is written for whichever Node runs this.
    env: { PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  run.all.on("data", (chunk: Buffer) => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silenceMilliseconds);
    last = chunk.toString().trim().split("\n").at(-1) ?? last;
    if (last !== "") tell(last);
  });
  const { failed } = await run;
  clearTimeout(timer);
  if (!failed) return undefined;
  return silence.signal.aborted
    ? `no progress in ${silenceMilliseconds / 1000} s`
    : last.replace(/^pulumi: /, "") || "it failed";
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Newest first, number by number. */
function byVersion(one: string, other: string): number {
  return other.localeCompare(one, "en", { numeric: true });
}
