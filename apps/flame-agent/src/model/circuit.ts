import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import { isRefusal } from "./model-errors.ts";

/** Keeps a model that fails again and again from being asked, until it may have come back. */
export interface Circuit {
  readonly open: boolean;
  /** Runs `ask`, or throws at once while the circuit is open. What `signal` stopped is no failure of the model. */
  run<Result>(ask: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result>;
}

/** A circuit that opens after so many failures in a row, and lets one call try after so many seconds. */
export function openableCircuit({
  failures,
  seconds,
  onChange,
}: {
  readonly failures: number;
  readonly seconds: number;
  readonly onChange: (open: boolean) => void;
}): Circuit {
  const policy = circuitBreaker(
    handleWhen((error) => !(error instanceof Stopped) && !isRefusal(error)),
    { halfOpenAfter: seconds * 1000, breaker: new ConsecutiveBreaker(failures) },
  );
  policy.onStateChange((state) => onChange(state === CircuitState.Open));
  return {
    get open() {
      return policy.state === CircuitState.Open;
    },
    async run(ask, signal) {
      try {
        return await policy.execute(() =>
          ask().catch((error) => {
            throw signal?.aborted ? new Stopped(error) : error;
          }),
        );
      } catch (error) {
        throw error instanceof Stopped ? error.cause : error;
      }
    },
  };
}

export function isCircuitOpen(error: unknown): boolean {
  return error instanceof BrokenCircuitError;
}

/** Hides from the circuit what the turn's own end caused. */
class Stopped extends Error {
  constructor(cause: unknown) {
    super("stopped", { cause });
  }
}
