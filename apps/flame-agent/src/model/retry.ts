import { DelegateBackoff, handleWhen, retry } from "cockatiel";
import { ModelsUnavailable } from "./model-errors.ts";

/** The first pause; each further one is twice as long, and all are shortened by chance so that callers spread. */
const FIRST_PAUSE_MILLISECONDS = 250;
const LEAST_SHARE = 0.5;

/** How often and how long models that fail are waited for. */
export interface Patience {
  /** Times that the models are asked again; 0: never. */
  readonly retries: number;
  /** Longest pause. A model that asks for a longer one isn't asked again. */
  readonly longestPauseSeconds: number;
  /** Called before each pause. */
  readonly onRetry: (pauseMilliseconds: number) => void;
}

/** Asks again. */
export interface Retry {
  /** Runs `ask` until it succeeds or is not worth another try; rejects at once when `signal` is aborted. */
  run<Result>(ask: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result>;
}

/** Asks again where no model began an answer and one of them may do so soon: not before it says (`Retry-After`). */
export function patientRetry({ retries, longestPauseSeconds, onRetry }: Patience): Retry {
  const longestMilliseconds = longestPauseSeconds * 1000;
  const policy = retry(
    handleWhen(
      (error) =>
        error instanceof ModelsUnavailable &&
        error.againMilliseconds !== undefined &&
        error.againMilliseconds <= longestMilliseconds,
    ),
    {
      maxAttempts: retries,
      backoff: new DelegateBackoff(({ attempt, result }) => {
        const own = FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1) * (LEAST_SHARE + Math.random() * (1 - LEAST_SHARE));
        const asked =
          "error" in result && result.error instanceof ModelsUnavailable ? result.error.againMilliseconds : 0;
        return Math.min(Math.max(own, asked ?? 0), longestMilliseconds);
      }),
    },
  );
  policy.onRetry(({ delay }) => onRetry(delay));

  return {
    async run(ask, signal) {
      signal?.throwIfAborted();
      const { promise: stopped, reject } = Promise.withResolvers<never>();
      const stop = () => reject(signal?.reason);
      signal?.addEventListener("abort", stop, { once: true });
      const answered = policy.execute(() => {
        signal?.throwIfAborted();
        return ask();
      });
      try {
        // A pause can't be broken off: whoever stops the turn doesn't wait for its end.
        return await Promise.race([answered, stopped]);
      } finally {
        signal?.removeEventListener("abort", stop);
        answered.catch(() => {});
      }
    },
  };
}
