import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PostgresqlServer } from "../engines/postgresql.ts";
import { startAgentProcess } from "../support/agent/agent-process.ts";
import { endWithSuite } from "../support/agent/end-with-suite.ts";
import { type ModelPace, startModelServer } from "../support/agent/model-server.ts";
import { BARE, type Contender, FLAME } from "./agent-conversations.ts";

/** Messages of a thread that both see. */
const LAST_MESSAGES = 20;
const BENCH = fileURLToPath(new URL("agent-load.ts", import.meta.url));

/** Our server and a bare one, each with a database of its own on the same PostgreSQL, asking the same model. */
export async function startContenders(
  database: PostgresqlServer,
  pace: ModelPace,
  seed: number,
  undo: AsyncDisposableStack,
): Promise<{ readonly flame: Contender; readonly bare: Contender; readonly flamePid: number }> {
  const model = undo.use(await startModelServer({ seed, pace, keepRequests: false }));
  const { variables } = await database.newDatabase();
  const agent = undo.use(
    startAgentProcess({
      variables: {
        ...model.variables,
        ...variables,
        FLAME_RATE_LIMIT_PER_MINUTE: "0",
        FLAME_MEMORY_LAST_MESSAGES: `${LAST_MESSAGES}`,
      },
    }),
  );
  const { url } = await agent.ready();
  const other = await database.newDatabase();
  const bareUrl = await startBare(`${other.variables.FLAME_DATABASE_URL} ${model.url}`, undo);
  return { flame: { ...FLAME, url }, bare: { ...BARE, url: bareUrl }, flamePid: agent.pid };
}

/** Our server as it is, and as it was in another folder, each with a database of its own, asking the same model. */
export async function startStates(
  database: PostgresqlServer,
  folder: string,
  pace: ModelPace,
  seed: number,
  undo: AsyncDisposableStack,
): Promise<{ readonly before: Contender; readonly now: Contender }> {
  const model = undo.use(await startModelServer({ seed, pace, keepRequests: false }));
  const start = async (name: string, program?: string): Promise<Contender> => {
    const { variables } = await database.newDatabase();
    const limits = { FLAME_RATE_LIMIT_PER_MINUTE: "0", FLAME_MEMORY_LAST_MESSAGES: `${LAST_MESSAGES}` };
    const options = { variables: { ...model.variables, ...variables, ...limits }, ...(program && { program }) };
    const { url } = await undo.use(startAgentProcess(options)).ready();
    return { ...FLAME, name, url };
  };
  return { before: await start("before", join(folder, "apps/flame-agent/src/main.ts")), now: await start("now") };
}

async function startBare(addresses: string, undo: AsyncDisposableStack): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, ["--max-semi-space-size=8", BENCH, "--bare", addresses], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, MASTRA_TELEMETRY_DISABLED: "1" },
  });
  endWithSuite(child, "SIGKILL");
  undo.defer(() => {
    child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", (chunk: Buffer) => resolve(`http://127.0.0.1:${chunk.toString().trim()}`));
    child.once("exit", (code) => reject(new Error(`The bare server ended with ${code}`)));
  });
}

/** What the process of the bare server does: it tells its port and serves until it is killed. */
export async function serveBare(addresses: string): Promise<void> {
  const { startBareServer } = await import("../../apps/flame-agent/src/testing/bare-server.ts");
  const [databaseUrl = "", modelUrl = ""] = addresses.split(" ");
  const port = await startBareServer({ databaseUrl, modelUrl, modelName: "seeded", lastMessages: LAST_MESSAGES });
  process.stdout.write(`${port}\n`);
}
