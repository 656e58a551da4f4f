import { AsyncLocalStorage } from "node:async_hooks";

/** Whose request or turn is worked for, by the names in the store. */
export interface Caller {
  readonly resource: string;
  /** The thread that it is about; `undefined`: none. */
  readonly thread: string | undefined;
}

const callers = new AsyncLocalStorage<Caller>();

/**
 * Does the work, and all that it calls and starts, for the caller. What Mastra's store is asked by an id alone (to
 * change or delete a thread, to read or delete messages) reaches the rows of this caller and no other's.
 */
export function asCaller<Result>(caller: Caller, work: () => Result): Result {
  return callers.run(caller, work);
}

/** Who is worked for now; `undefined` outside of requests and turns. */
export function currentCaller(): Caller | undefined {
  return callers.getStore();
}
