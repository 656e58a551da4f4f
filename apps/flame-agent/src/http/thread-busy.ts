import type { Context } from "hono";

/** When it is worth while to ask again for a thread that another turn has, in seconds. */
const RETRY_AFTER_SECONDS = 2;

/** Refuses a turn whose thread another one has, and had for as long as this one may wait. */
export function threadBusy(context: Context): Response {
  return context.json(
    {
      error:
        "Another turn runs in the thread; allowed: one at a time; fix: try again, or raise FLAME_THREAD_WAIT_SECONDS",
    },
    409,
    { "Retry-After": String(RETRY_AFTER_SECONDS) },
  );
}
