import type { Handler } from "hono";
import type { ThreadStops } from "../turns/thread-stops.ts";
import type { AgentEnv } from "./env.ts";

/** The route of Mastra's by which a client stops what runs in a thread. */
export const STOP_PATH = "/api/agents/:agentId/threads/abort";

/**
 * Has a turn that a client stops end as one that was stopped, on whichever instance it runs. Mastra isn't asked: it knows
 * its own process, and would take a run that waits for an approval for one that runs.
 */
export function stopThread(stops: Pick<ThreadStops, "ask">): Handler<AgentEnv> {
  return async (context) => {
    const thread = context.get("owned")?.thread;
    return context.json({ aborted: thread !== undefined && (await stops.ask(thread, "whoever follows")) });
  };
}
