import type { HttpBindings } from "@hono/node-server";
import type { Turn } from "../turns/turns.ts";

/** What a request's context holds besides Hono's own. */
export interface AgentEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Whose data the request may touch; `default` where no authentication gives one. Set before any route runs. */
    tenant: string;
    /** The turn that the request is, on the routes that take one. */
    turn?: Turn;
  };
}
