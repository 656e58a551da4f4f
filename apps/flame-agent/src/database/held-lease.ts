import { AsyncLocalStorage } from "node:async_hooks";

/** A thread, and who has it for itself. */
export interface HeldLease {
  readonly thread: string;
  readonly holder: string;
}

const leases = new AsyncLocalStorage<HeldLease>();

/** Does the work, and all that it calls and starts, as the thread's holder. */
export function holding<Result>(lease: HeldLease, work: () => Result): Result {
  return leases.run(lease, work);
}

/** The lease that is worked under now; `undefined`: none. */
export function heldLease(): HeldLease | undefined {
  return leases.getStore();
}
