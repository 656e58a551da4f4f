/** Leave to do what only so many may do at once. */
export interface Permits {
  /** Resolves when it is one's turn, in the order of asking, or `signal` is aborted; what it resolves with gives it back. */
  take(signal: AbortSignal | undefined): Promise<() => void>;
}

/** Lets so many at once, and has others wait for one of them. */
export function permits(most: number): Permits {
  let free = most;
  const waiting = new Set<() => void>();
  const give = () => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else {
      waiting.delete(next);
      next();
    }
  };
  const once = () => {
    let isGiven = false;
    return () => {
      if (!isGiven) give();
      isGiven = true;
    };
  };
  return {
    async take(signal) {
      if (signal?.aborted) return () => {};
      if (free > 0) {
        free -= 1;
        return once();
      }
      const { promise, resolve } = Promise.withResolvers<() => void>();
      const taken = () => resolve(once());
      const left = () => {
        if (waiting.delete(taken)) resolve(() => {});
      };
      waiting.add(taken);
      signal?.addEventListener("abort", left, { once: true });
      return promise.finally(() => signal?.removeEventListener("abort", left));
    },
  };
}
