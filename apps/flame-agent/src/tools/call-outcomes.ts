import { AsyncLocalStorage } from "node:async_hooks";

/** What came of a tool's call. */
export type CallOutcome =
  | { readonly state: "answered"; readonly output: unknown }
  | { readonly state: "failed"; readonly output?: undefined };

/** What came of calls so far, by their ids. */
export type CallOutcomes = Map<string, CallOutcome>;

const noting = new AsyncLocalStorage<CallOutcomes>();

/**
 * Does the work with what comes of tools' calls in it, each as soon as it is done. Mastra tells that only when all calls
 * of an answer are done, which is long behind an approval that one of them waits for.
 */
export function withCallOutcomes<Result>(work: (outcomes: CallOutcomes) => Result): Result {
  const outcomes: CallOutcomes = new Map();
  return noting.run(outcomes, () => work(outcomes));
}

/** Notes what came of a call, where somebody wants to know. */
export function noteOutcome(toolCall: string, outcome: CallOutcome): void {
  noting.getStore()?.set(toolCall, outcome);
}
