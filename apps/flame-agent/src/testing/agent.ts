import { parseConfiguration } from "../configuration.ts";
import { createLog } from "../log.ts";
import { type RunningAgent, startAgent } from "../server.ts";
import { type Client, clientOf } from "./client.ts";
import { ensureTemplate } from "./database.ts";

/** An agent in this process, on a free port, with its database in memory unless a variable says otherwise. */
export interface TestAgent extends Client {
  /** Every log line so far, at the level of FLAME_LOG_LEVEL. */
  readonly log: readonly string[];
  readonly hurry: AbortController;
  readonly routes: RunningAgent["routes"];
  /** Stops it once; later calls get the same promise. */
  stop(): Promise<{ readonly stoppedTurns: number }>;
}

export async function testAgent(variables: Readonly<Record<string, string>> = {}): Promise<TestAgent> {
  const configuration = parseConfiguration({
    FLAME_PORT: "0",
    // A machine that runs other tests beside this one pauses everybody's event loop.
    FLAME_SHED_EVENT_LOOP_MILLISECONDS: "60000",
    FLAME_MODEL_TOKENS_PER_SECOND: variables.FLAME_MODEL ? undefined : "2000",
    ...variables,
  });
  if (configuration.database.kind === "embedded") await ensureTemplate();
  const log: string[] = [];
  const logger = createLog(configuration.logLevel, { write: (line) => log.push(line) });
  const agent = await startAgent(configuration, logger, (error) => {
    throw error;
  });
  const hurry = new AbortController();
  let stopping: Promise<{ readonly stoppedTurns: number }> | undefined;
  const stop = () => {
    stopping ??= agent.stop(hurry.signal);
    return stopping;
  };
  return { ...clientOf(`http://127.0.0.1:${agent.port}`), log, hurry, routes: agent.routes, stop };
}
