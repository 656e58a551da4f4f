import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { untilReady } from "../agent-client.ts";
import { RunFailure } from "../failure.ts";
import type { Place } from "../place.ts";
import { processStart } from "../process-start.ts";
import { type AgentState, claimRun, type EmbeddedRun, updateRun } from "../run-record.ts";
import { requireFreePort } from "./port-owner.ts";
import { type ProcessPlan, planProcess, refusedAsProcess } from "./process-plan.ts";
import { resolveSecrets } from "./process-secrets.ts";
import { RotatingLog } from "./rotating-log.ts";
import { Supervisor, type SupervisorEnd } from "./supervisor.ts";

/** The agent's program in this project. */
const AGENT = fileURLToPath(new URL("../../../../flame-agent/src/main.ts", import.meta.url));

/** An agent that runs below this process. */
export interface EmbeddedEnvironment {
  readonly plan: ProcessPlan;
  readonly supervisor: Supervisor;
  /** Token that the agent asks for; `undefined` where it asks for none. */
  readonly token: string | undefined;
  /** Resolves when the agent takes turns; `false` where it doesn't in time, or has ended. */
  readonly ready: Promise<boolean>;
  /** Resolves when it has ended and nothing of it is left but its data, logs and manifests. */
  readonly ended: Promise<SupervisorEnd>;
}

interface StartOptions {
  readonly plan: LocalPodmanPlan;
  readonly place: Place;
  /** Hears restarts and their reasons. */
  readonly onNotice: (line: string) => void;
  /** Where values of secrets are looked for. Default: this process's environment. */
  readonly given?: Readonly<Record<string, string | undefined>>;
  /** The agent's program, with its arguments. Default: the flame agent of this project. */
  readonly program?: readonly string[];
}

/**
 * Starts a desktop's plan as a supervised process of this machine. Throws before anything is started where the plan
 * needs a container engine, a secret is missing, the port is taken or the environment runs already.
 */
export async function startEmbedded(options: StartOptions): Promise<EmbeddedEnvironment> {
  const { place, onNotice, given = process.env, program = [AGENT] } = options;
  requireNoContainers(options.plan);
  const plan = planProcess(options.plan, place);
  const secrets = await resolveSecrets(plan.secrets, given, place.secrets);
  const run: EmbeddedRun = {
    way: "embedded",
    environment: options.plan.environment,
    url: plan.url,
    startedAt: new Date().toISOString(),
    pid: process.pid,
    processStart: (await processStart(process.pid)) ?? null,
    stopGraceSeconds: plan.stopGraceSeconds,
    persistentData: plan.data.kind === "kept" ? plan.data.folder : null,
    agent: {
      pid: null,
      processStart: null,
      phase: "starting",
      health: "starting",
      restarts: 0,
      lastRestart: null,
      startedAt: null,
    },
  };
  await claimRun(place, run);
  try {
    await requireFreePort(plan.address, plan.port);
    await prepareData(plan);
  } catch (error) {
    await rm(place.record, { force: true });
    throw error;
  }

  const record = keepRecord(place, run);
  const log = plan.log && new RotatingLog(place.log, plan.log);
  const supervisor = new Supervisor({
    plan,
    program,
    environment: { ...plan.environment, ...secrets },
    onOutput: (chunk) => log?.write(chunk),
    onState: record.write,
    onNotice,
  });
  const over = new AbortController();
  const ended = supervisor.run().finally(async () => {
    over.abort();
    await record.written();
    await rm(place.record, { force: true });
    await rm(place.scratch, { recursive: true, force: true });
  });
  ended.catch(() => undefined);
  return {
    plan,
    supervisor,
    token: secrets.FLAME_ACCESS_TOKEN,
    ready: untilReady(`${plan.url}${plan.readyPath}`, plan.startupTimeoutSeconds, over.signal),
    ended,
  };
}

/** Containers are what this way can't run: all of them are told at once. */
function requireNoContainers(plan: LocalPodmanPlan): void {
  const refused = refusedAsProcess(plan);
  if (refused.length === 0) return;
  throw new RunFailure({
    place: `environment ${plan.environment}`,
    found: `can't run without a container engine:\n${refused.map((line) => `      ${line}`).join("\n")}`,
    allowed: "the agent alone, with agent.database.kind embedded",
    mend: "install Podman or Docker and Pulumi (blueprint doctor tells what is missing), or remove these settings",
  });
}

async function prepareData({ data }: ProcessPlan): Promise<void> {
  if (data.kind === "memory" || data.kind === "own") return;
  if (data.kind === "scratch") await rm(data.folder, { recursive: true, force: true });
  await mkdir(data.folder, { recursive: true, mode: 0o700 });
}

/** Keeps the record up to date, one write after the other. */
function keepRecord(place: Place, run: EmbeddedRun) {
  let writing = Promise.resolve();
  const write = (agent: AgentState) => {
    writing = writing
      .then(async () => {
        const start = agent.pid === null ? undefined : await processStart(agent.pid);
        await updateRun(place, { ...run, agent: { ...agent, processStart: start ?? null } });
      })
      // A full disk must not end the agent: the record is then older than it could be.
      .catch(() => undefined);
  };
  return { write, written: () => writing };
}
