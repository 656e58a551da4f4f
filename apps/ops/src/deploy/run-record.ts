import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { codeOf, RunFailure } from "./failure.ts";
import type { Place } from "./place.ts";
import { isAlive, processStart } from "./process-start.ts";

/** State of the agent's process, kept up to date by its supervisor. */
const AgentState = z.object({
  /** `null` while none runs. */
  pid: z.int().nullable(),
  phase: z.enum(["starting", "running", "waiting", "draining", "stopped"]),
  health: z.enum(["starting", "healthy", "unhealthy"]),
  restarts: z.int(),
  /** Why it was started again the last time. */
  lastRestart: z.string().nullable(),
  startedAt: z.string().nullable(),
});

const Shared = { environment: z.string(), url: z.string(), startedAt: z.string() };

export const EmbeddedRun = z.object({
  ...Shared,
  way: z.literal("embedded"),
  /** Process id of the supervisor. */
  pid: z.int(),
  /** What tells the supervisor from a later process of the same id; `null` where the system doesn't say. */
  processStart: z.string().nullable(),
  /** How long a stop may take, in seconds. */
  stopGraceSeconds: z.number(),
  /** Folder with data that outlive the run; `null` where there is none. */
  persistentData: z.string().nullable(),
  /** `processStart` tells the agent's process from a later one of the same id. */
  agent: AgentState.extend({ processStart: z.string().nullable() }),
});

const PulumiRun = z.object({ ...Shared, way: z.literal("pulumi"), stopGraceSeconds: z.number() });

/** What `.blueprint/<environment>/run.json` says: what was started, and how it is found again. */
export const RunRecord = z.discriminatedUnion("way", [EmbeddedRun, PulumiRun]);

export type RunRecord = z.output<typeof RunRecord>;
export type EmbeddedRun = z.output<typeof EmbeddedRun>;
export type AgentState = z.output<typeof AgentState>;

/** What stands in a record's place. */
export type FoundRun =
  | { readonly kind: "none" }
  | { readonly kind: "live"; readonly run: RunRecord }
  /** The supervisor was killed, and its agent finishes its turns. */
  | { readonly kind: "draining"; readonly run: EmbeddedRun; readonly agentPid: number }
  /** The supervisor was killed, and nothing runs. */
  | { readonly kind: "stale"; readonly run: EmbeddedRun };

/** Reads an environment's record and finds out whether what it names still runs. */
export async function findRun(place: Place): Promise<FoundRun> {
  const run = await readRecord(place);
  if (run === undefined) return { kind: "none" };
  if (run.way === "pulumi") return { kind: "live", run };
  return judgeRun(run, {
    supervisor: await processFacts(run.pid),
    agent: run.agent.pid === null ? { alive: false, start: undefined } : await processFacts(run.agent.pid),
  });
}

/** What the system says of a process id now. */
interface ProcessFacts {
  readonly alive: boolean;
  /** `undefined` where the system doesn't tell. */
  readonly start: string | undefined;
}

/** Whether what a supervisor has recorded still runs. Pure. */
export function judgeRun(
  run: EmbeddedRun,
  now: { readonly supervisor: ProcessFacts; readonly agent: ProcessFacts },
): FoundRun {
  if (isSame(now.supervisor, run.processStart)) return { kind: "live", run };
  if (run.agent.pid !== null && isSame(now.agent, run.agent.processStart)) {
    return { kind: "draining", run, agentPid: run.agent.pid };
  }
  return { kind: "stale", run };
}

/** Where the system tells no start, the id alone has to do. */
function isSame({ alive, start }: ProcessFacts, recorded: string | null): boolean {
  return alive && (recorded === null || start === recorded);
}

async function processFacts(pid: number): Promise<ProcessFacts> {
  return { alive: isAlive(pid), start: await processStart(pid) };
}

/**
 * Throws a `RunFailure` where the environment runs and can't be brought up the given way beside that: only containers
 * can be updated while they run.
 */
export async function requireNoOtherRun(place: Place, way: RunRecord["way"]): Promise<void> {
  const found = await findRun(place);
  if (found.kind === "draining") throw stillDraining(found.run, found.agentPid);
  if (found.kind === "live" && !(way === "pulumi" && found.run.way === "pulumi")) throw runsAlready(found.run);
}

/** Whether the supervisor of a run is still a process. */
export async function isSupervised(run: EmbeddedRun): Promise<boolean> {
  return isSame(await processFacts(run.pid), run.processStart);
}

/**
 * Takes the record for this process: of two that start at once, one gets it.
 * A stale record is taken over. Throws a `RunFailure` where the environment runs already.
 */
export async function claimRun(place: Place, run: RunRecord): Promise<void> {
  await mkdir(dirname(place.record), { recursive: true, mode: 0o700 });
  await requireNoOtherRun(place, "embedded");
  await rm(place.record, { force: true });
  const own = await writeBeside(place, run);
  try {
    // A link fails where the name is taken, and a reader never sees half a record.
    await link(own, place.record);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    throw runsAlready((await readRecord(place)) ?? run);
  } finally {
    await rm(own, { force: true });
  }
}

/** Writes what has changed; a reader sees the old record or the new one. */
export async function updateRun(place: Place, run: RunRecord): Promise<void> {
  await mkdir(dirname(place.record), { recursive: true, mode: 0o700 });
  await rename(await writeBeside(place, run), place.record);
}

async function writeBeside(place: Place, run: RunRecord): Promise<string> {
  const path = `${place.record}.${process.pid}`;
  await writeFile(path, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  return path;
}

async function readRecord(place: Place): Promise<RunRecord | undefined> {
  try {
    return RunRecord.parse(JSON.parse(await readFile(place.record, "utf8")));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new RunFailure({
      place: place.record,
      found: "can't be read as the record of a run",
      allowed: "what blueprint up writes",
      mend: "stop what still runs by hand, then remove the file",
    });
  }
}

function runsAlready(run: RunRecord): RunFailure {
  const who =
    run.way === "embedded" ? `process ${run.pid}, since ${run.startedAt}` : `in containers, since ${run.startedAt}`;
  return new RunFailure({
    place: `environment ${run.environment}`,
    found: `runs already (${who}) at ${run.url}`,
    allowed: "one run of an environment at a time",
    mend: `blueprint down ${run.environment} --keep-data, then blueprint up ${run.environment}`,
  });
}

function stillDraining(run: EmbeddedRun, agentPid: number): RunFailure {
  return new RunFailure({
    place: `environment ${run.environment}`,
    found: `the agent of an earlier run (process ${agentPid}) lost its supervisor and finishes its turns`,
    allowed: "one run of an environment at a time",
    mend: `wait, at most ${run.stopGraceSeconds} s, or follow it with blueprint down ${run.environment} --keep-data`,
  });
}
