/** What an answer may take before it counts as large, in bytes: more than a model says in a conversation. */
const LARGE_BYTES = 64 * 1024;
/**
 * Memory that a turn takes until it is stored, for each byte of its answer: Mastra holds each of its pieces, its text, the
 * message that is stored of it and what its stream tells. Measured with an embedded database: 16 answers of 1 MiB at once
 * on `/turns` took up to 280 MiB, of which the heap is two thirds.
 */
const MEMORY_PER_BYTE = 16;
/** Share of the memory that is left over beside an idle agent which large answers may take. */
const SHARE = 0.8;

/** Leave to go on with an answer that is large, as long as it is held in memory. */
export interface LargeAnswers {
  /** Resolves when there is memory for another one, in the order of asking, or `signal` is aborted; gives it back. */
  take(signal: AbortSignal | undefined): Promise<() => void>;
}

/** Has so many large answers be made at once, and others wait for one of them to be stored. */
export function largeAnswers(most: number): LargeAnswers {
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

/** How many answers of the largest size are held at once, of an agent that has so much memory left over when it is idle. */
export function largeAnswersFor(leftMiB: number, answerLimitKiB: number): number {
  return Math.max(1, Math.floor((leftMiB * 1024 * SHARE) / (answerLimitKiB * MEMORY_PER_BYTE)));
}

/** Counts an answer's bytes, and says once when it has become large. */
export function becomesLarge(): (bytes: number) => boolean {
  let total = 0;
  return (bytes) => {
    const before = total;
    total += bytes;
    return before <= LARGE_BYTES && total > LARGE_BYTES;
  };
}
