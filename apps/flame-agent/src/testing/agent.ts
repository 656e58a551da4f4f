import { parseConfiguration } from "../configuration.ts";
import type { Database } from "../database/index.ts";
import { createLog } from "../log.ts";
import { type RunningAgent, startAgent } from "../server.ts";
import { type Client, clientOf } from "./client.ts";
import { placed } from "./database.ts";
import { newPostgresql, POSTGRESQL_URL } from "./postgresql.ts";

/**
 * An agent in this process, on a free port. Unless a variable says otherwise its database is one of its own: in memory,
 * or on the server of FLAME_TEST_POSTGRESQL_URL, where it is removed when the agent stops.
 */
export interface TestAgent extends Client {
  /** Every log line so far, at the level of FLAME_LOG_LEVEL. */
  readonly log: readonly string[];
  readonly hurry: AbortController;
  readonly routes: RunningAgent["routes"];
  /** Stops it once; later calls get the same promise. */
  stop(): Promise<{ readonly stoppedTurns: number }>;
}

/** `open` brings a database that others have too, such as one of {@link lastingDatabase}. */
export async function testAgent(
  variables: Readonly<Record<string, string>> = {},
  open?: () => Promise<Database>,
): Promise<TestAgent> {
  const ownDatabase =
    POSTGRESQL_URL && !open && !variables.FLAME_DATABASE && !variables.FLAME_DATA_FOLDER
      ? await newPostgresql()
      : undefined;
  const configuration = parseConfiguration({
    FLAME_PORT: "0",
    // A machine that runs other tests beside this one pauses everybody's event loop.
    FLAME_SHED_EVENT_LOOP_MILLISECONDS: "60000",
    FLAME_MODEL_TOKENS_PER_SECOND: variables.FLAME_MODEL ? undefined : "2000",
    // Who brings a database needs none to be placed.
    ...(open ? variables : await placed({ ...variables, ...ownDatabase?.variables })),
  });
  const log: string[] = [];
  const logger = createLog(configuration.logLevel, { write: (line) => log.push(line) });
  const onLost = (error: Error) => {
    throw error;
  };
  const agent = await startAgent(configuration, logger, onLost, open).catch(async (error: unknown) => {
    await ownDatabase?.remove();
    throw error;
  });
  const hurry = new AbortController();
  let stopping: Promise<{ readonly stoppedTurns: number }> | undefined;
  const stop = () => {
    stopping ??= agent.stop(hurry.signal).finally(() => ownDatabase?.remove());
    return stopping;
  };
  return { ...clientOf(`http://127.0.0.1:${agent.port}`), log, hurry, routes: agent.routes, stop };
}
