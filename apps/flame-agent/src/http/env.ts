import type { HttpBindings } from "@hono/node-server";
import type { Turn } from "../turns/turns.ts";

/** What a request's context holds besides Hono's own. */
export interface AgentEnv {
  Bindings: HttpBindings;
  Variables: { turn?: Turn };
}
