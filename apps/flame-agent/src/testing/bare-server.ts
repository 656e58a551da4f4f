import { createServer } from "node:http";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { getRequestListener } from "@hono/node-server";
import { Agent } from "@mastra/core/agent";
import { Mastra } from "@mastra/core/mastra";
import { MastraServer } from "@mastra/hono";
import { Memory } from "@mastra/memory";
import { PostgresStore } from "@mastra/pg";
import { Hono } from "hono";
import { Pool } from "pg";
import { INSTRUCTIONS } from "../agent.ts";

/** What the bare server is made of: the agent's own model, database and memory, and nothing of ours. */
export interface BareServerOptions {
  readonly databaseUrl: string;
  readonly modelUrl: string;
  readonly modelName: string;
  readonly lastMessages: number;
}

/** Mastra's server as it comes, with an agent `flame`, to compare ours with. Resolves with its port. */
export async function startBareServer(options: BareServerOptions): Promise<number> {
  const store = new PostgresStore({ id: "bare", pool: new Pool({ connectionString: options.databaseUrl, max: 20 }) });
  await store.init();
  const provider = createOpenAICompatible({ name: "bare", baseURL: options.modelUrl, includeUsage: true });
  const agent = new Agent({
    id: "flame",
    name: "Flame",
    instructions: INSTRUCTIONS,
    model: provider.chatModel(options.modelName),
    memory: new Memory({ storage: store, options: { lastMessages: options.lastMessages } }),
  });
  const app = new Hono();
  await new MastraServer({
    app,
    mastra: new Mastra({ agents: { flame: agent }, storage: store, logger: false }),
  }).init();
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The bare server has no port");
  return address.port;
}
