import type { AgentClient } from "./agent-client.ts";
import { type AgentProcess, startAgentProcess } from "./agent-process.ts";
import type { ModelServer } from "./model-server.ts";
import type { Stage } from "./run-scenario.ts";

/** An agent of a stage: a process, and the one that takes its place when it ends. */
export interface StagedAgent {
  client(): AgentClient;
  process(): AgentProcess;
  /** `kill -9`; a new process takes its place, and it resolves when that is ready. */
  kill(): Promise<void>;
  /** SIGTERM; a new process is started at once. Resolves when that is ready and the old one is gone, with 0. */
  restart(): Promise<void>;
}

export interface StageOptions {
  /** Environment of each agent; they share its database. */
  readonly variables: Readonly<Record<string, string>>;
  /** How many agents. Default: 1. */
  readonly count?: number;
  readonly model?: ModelServer;
}

/** Starts agents as processes of their own, all at once. Disposing kills them. */
export async function startStage({
  variables,
  count = 1,
  model,
}: StageOptions): Promise<Stage & AsyncDisposable & { readonly agents: readonly StagedAgent[] }> {
  const environment = { ...model?.variables, ...variables };
  await using undo = new AsyncDisposableStack();
  const agents = await Promise.all(Array.from({ length: count }, () => stagedAgent(environment, undo)));
  const owned = undo.move();
  return { agents, ...(model && { model }), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function stagedAgent(
  variables: Readonly<Record<string, string>>,
  undo: AsyncDisposableStack,
): Promise<StagedAgent> {
  const begin = () => undo.use(startAgentProcess({ variables }));
  let running = begin();
  let client = await running.ready();
  const replace = async () => {
    running = begin();
    client = await running.ready();
  };
  return {
    client: () => client,
    process: () => running,
    async kill() {
      await running.kill();
      await replace();
    },
    async restart() {
      const old = running;
      const gone = old.terminate();
      await replace();
      const code = await gone;
      if (code !== 0) throw new Error(`The agent ended with ${code} after SIGTERM; allowed: 0`);
    },
  };
}
