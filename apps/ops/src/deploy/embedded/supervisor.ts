import { setTimeout as delay } from "node:timers/promises";
import pidusage from "pidusage";
import { probe } from "../agent-client.ts";
import type { AgentState } from "../run-record.ts";
import { type AgentProcess, startAgentProcess } from "./agent-process.ts";
import { afterCheck, type HealthState, UNCHECKED } from "./health.ts";
import { judgeMemory, memoryOptions } from "./memory.ts";
import type { ProcessPlan } from "./process-plan.ts";
import { decideRestart, describeEnding, type Ending, LASTING_SECONDS } from "./restart.ts";

/** What a supervisor runs, and who hears of it. */
export interface SupervisorOptions {
  readonly plan: ProcessPlan;
  /** The agent's program, with its arguments. */
  readonly program: readonly string[];
  /** Everything that the agent is configured by, secrets included. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onOutput: (chunk: Buffer) => void;
  /** Hears every change of the agent's state. */
  readonly onState: (state: AgentState) => void;
  /** Hears what an operator wants to know: restarts and their reasons. */
  readonly onNotice: (line: string) => void;
}

/** How a supervisor's work ends: it was stopped, or it gave up. */
export type SupervisorEnd =
  | { readonly kind: "stopped" }
  | { readonly kind: "gave-up"; readonly why: string; readonly lastLines: readonly string[] };

/** Runs that may end before the agent has been healthy once; then it won't work the next time either. */
const FIRST_STARTS_MAX = 3;
/** Pause between two looks at an agent that starts: its state is told sooner than every interval. */
const STARTING_EVERY_SECONDS = 0.25;
const MEMORY_EVERY_MS = 1000;
const MIB = 1024 ** 2;

/** Keeps one agent running: health, memory, restarts, and a stop that waits for its turns. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #process: AgentProcess | undefined;
  #everHealthy = false;
  #state: AgentState = {
    pid: null,
    phase: "starting",
    health: "starting",
    restarts: 0,
    lastRestart: null,
    startedAt: null,
  };

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get state(): AgentState {
    return this.#state;
  }

  /** Runs the agent until it is stopped, or until its restart policy gives it up. */
  async run(): Promise<SupervisorEnd> {
    let shortRuns = 0;
    for (let runs = 1; ; runs++) {
      const start = performance.now();
      const ending = await this.#runOnce();
      if (this.#stopping.signal.aborted) return this.#end({ kind: "stopped" });

      if (performance.now() - start >= LASTING_SECONDS * 1000) shortRuns = 0;
      const decision = decideRestart(this.#options.plan.restart, ending, { restarts: runs - 1, shortRuns });
      shortRuns += 1;
      const lastLines = this.#process?.lastLines() ?? [];
      const told = describeEnding(ending);
      if (decision.kind === "end")
        return this.#end({ kind: "gave-up", why: `the agent ${told}; ${decision.why}`, lastLines });
      if (!this.#everHealthy && runs >= FIRST_STARTS_MAX) {
        const why = `the agent ${told}; it has ended ${runs} times without having been healthy once`;
        return this.#end({ kind: "gave-up", why, lastLines });
      }
      const seconds = decision.afterMilliseconds / 1000;
      this.#options.onNotice(`the agent ${told}; restart ${runs} in ${seconds} s`);
      this.#change({ phase: "waiting", restarts: runs, lastRestart: told, pid: null });
      await this.#pause(decision.afterMilliseconds);
      if (this.#stopping.signal.aborted) return this.#end({ kind: "stopped" });
    }
  }

  /** Stops the agent: running turns have the plan's grace. */
  stop(): void {
    this.#stopping.abort();
    if (this.#process !== undefined) this.#change({ phase: "draining" });
    this.#process?.stop();
  }

  /** Ends running turns at once. */
  hurry(): void {
    this.#stopping.abort();
    this.#process?.hurry();
  }

  kill(): void {
    this.#stopping.abort();
    this.#process?.kill();
  }

  async #runOnce(): Promise<Ending> {
    const { plan, program, environment, onOutput } = this.#options;
    const agent = startAgentProcess({
      nodeOptions: memoryOptions(plan.memoryLimitMiB),
      program,
      environment,
      niceness: plan.niceness,
      stopGraceSeconds: plan.stopGraceSeconds,
      onOutput,
    });
    this.#process = agent;
    this.#change({
      phase: "starting",
      health: "starting",
      pid: agent.pid ?? null,
      startedAt: new Date().toISOString(),
    });

    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#stopping.signal]);
    let condemned: Ending | undefined;
    const condemn = (ending: Ending) => {
      if (condemned !== undefined) return;
      condemned = ending;
      this.#options.onNotice(
        `the agent ${describeEnding(ending)}; it is stopped, its turns have ${plan.stopGraceSeconds} s`,
      );
      this.#change({ phase: "draining" });
      agent.stop();
    };
    const watches = [this.#watchHealth(signal, condemn), this.#watchMemory(agent, over.signal, condemn)];
    const ended = await agent.ended;
    over.abort();
    await Promise.all(watches);
    return condemned ?? { kind: "exit", ...ended };
  }

  async #watchHealth(signal: AbortSignal, condemn: (ending: Ending) => void): Promise<void> {
    const { plan } = this.#options;
    const start = performance.now();
    const url = `${plan.url}${plan.healthPath}`;
    let known: HealthState = UNCHECKED;
    while (!signal.aborted) {
      const age = (performance.now() - start) / 1000;
      const starting = known.status === "starting" && age < plan.health.startPeriodSeconds;
      const pause = starting
        ? Math.min(STARTING_EVERY_SECONDS, plan.health.intervalSeconds)
        : plan.health.intervalSeconds;
      await delay(pause * 1000, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const answer = await probe(url, plan.health.timeoutSeconds * 1000);
      if (signal.aborted) return;
      const passed = answer.kind === "answered" && answer.status === 200;
      known = afterCheck(known, passed, (performance.now() - start) / 1000, plan.health);
      this.#tellHealth(known);
      if (known.status === "unhealthy") return condemn({ kind: "unhealthy", failures: known.failures });
    }
  }

  #tellHealth({ status }: HealthState): void {
    if (status === this.#state.health) return;
    if (status === "healthy") this.#everHealthy = true;
    this.#change({ health: status, phase: status === "healthy" ? "running" : this.#state.phase });
  }

  async #watchMemory(agent: AgentProcess, signal: AbortSignal, condemn: (ending: Ending) => void): Promise<void> {
    const limitMiB = this.#options.plan.memoryLimitMiB;
    while (!signal.aborted && agent.pid !== undefined) {
      await delay(MEMORY_EVERY_MS, undefined, { signal }).catch(() => undefined);
      const residentMiB = signal.aborted ? 0 : await residentOf(agent.pid);
      const verdict = judgeMemory(residentMiB, limitMiB);
      if (verdict !== "fine") condemn({ kind: "memory", residentMiB, limitMiB });
      if (verdict === "kill") agent.kill();
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #end(end: SupervisorEnd): SupervisorEnd {
    this.#change({ phase: "stopped", pid: null });
    return end;
  }

  #change(change: Partial<AgentState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onState(this.#state);
  }
}

/** Memory that a process has in use, in MiB; 0 where it has ended meanwhile. */
async function residentOf(pid: number): Promise<number> {
  const used = await pidusage(pid).catch(() => undefined);
  return Math.round((used?.memory ?? 0) / MIB);
}
