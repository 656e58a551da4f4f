import type { HttpBindings } from "@hono/node-server";
import type { Turn } from "../turns/turns.ts";

/** What a request's context holds besides Hono's own. */
export interface AgentEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Whose data the request may touch; `default` where no authentication gives one. Set before any route runs. */
    tenant: string;
    /** The tenant's user whose token the request bears; `undefined`: the token speaks for all of them, or there is none. */
    user?: string;
    /** On Mastra's routes: the tenant's own names of the resource and the thread that the request is about. */
    owned?: { readonly resource: string; readonly thread: string | undefined };
    /** Seconds of silence after which a stream has a heartbeat. Set before any route runs. */
    heartbeatSeconds: number;
    /** The turn that the request is, on the routes whose response is the turn's. */
    turn?: Turn;
    /** The turn that the request is counted as, on all routes that take one. */
    counted?: Turn;
    /**
     * Says a message anew that was given to a running turn and isn't in its thread; whether it had to. To be asked when
     * the thread is idle. Absent: the request sent none.
     */
    sayAgain?: () => Promise<boolean>;
  };
}
