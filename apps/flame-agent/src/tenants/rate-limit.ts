/** Clients that are remembered at most; above it the one that was silent for longest is forgotten. */
const CLIENTS_MAX = 20_000;

/** Says of each request how long its client must wait: 0 when it may go on. */
type RateLimit = (client: string, nowMilliseconds?: number) => number;

/**
 * Lets each client make `perMinute` requests a minute, `burst` of them at once (the generic cell rate algorithm: one
 * number a client and no timers, so that a flood of addresses costs bounded memory). Answers with the seconds to wait,
 * rounded up.
 */
export function createRateLimit({
  perMinute,
  burst,
}: {
  readonly perMinute: number;
  readonly burst: number;
}): RateLimit {
  const interval = 60_000 / perMinute;
  /** When each client will have used up nothing, in milliseconds; the client heard last is the last. */
  const clearTimes = new Map<string, number>();

  return (client, now = performance.now()) => {
    const clear = Math.max(clearTimes.get(client) ?? now, now);
    const early = clear - now - interval * (burst - 1);
    clearTimes.delete(client);
    clearTimes.set(client, early > 0 ? clear : clear + interval);
    if (clearTimes.size > CLIENTS_MAX) {
      for (const oldest of clearTimes.keys()) {
        clearTimes.delete(oldest);
        break;
      }
    }
    return early > 0 ? Math.ceil(early / 1000) : 0;
  };
}
