import { AsyncLocalStorage } from "node:async_hooks";
import { ToldError } from "../failures/told-error.ts";
import { noteFirst } from "../request-scope.ts";
import type { Queryable } from "./sql.ts";

/** A thread, and who has it for itself. */
export class HeldLease {
  readonly thread: string;
  readonly holder: string;
  /** Whether it is held until its thread is idle, and not only for the turn that took it. */
  coversFollowUps = false;
  #isLost = false;

  constructor(thread: string, holder: string) {
    this.thread = thread;
    this.holder = holder;
  }

  /** Whether a write was refused because another one has the thread by now. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Notes it, for the request too, as Mastra tells of it in its own words; and gives what to throw. */
  lose(): LeaseLost {
    this.#isLost = true;
    const lost = new LeaseLost();
    noteFirst(lost);
    return lost;
  }
}

/** Refused: who writes was away for so long that another one has the thread. */
export class LeaseLost extends ToldError {
  /** The status that Mastra's routes answer with. */
  readonly status = 409;

  constructor() {
    super("Another turn took the thread while this process was away; nothing was written");
    this.name = "LeaseLost";
  }
}

const leases = new AsyncLocalStorage<HeldLease>();

/** Does the work, and all that it calls and starts, as the thread's holder. */
export function holding<Result>(lease: HeldLease, work: () => Result): Result {
  return leases.run(lease, work);
}

/** Does the work, and all that it calls and starts, as nobody's holder. */
export function holdingNothing<Result>(work: () => Result): Result {
  return leases.exit(work);
}

/** The lease that is worked under now; `undefined`: none. */
export function heldLease(): HeldLease | undefined {
  return leases.getStore();
}

/**
 * The part of a statement, `held`, that has a row where the lease stands whose thread and holder these parameters name,
 * and keeps it from being taken until the statement's transaction is over.
 */
export function heldPart(thread: string, holder: string): string {
  return `held as (select from flame.thread_leases where thread = ${thread} and holder = ${holder} for share)`;
}

/**
 * Keeps the lease that is worked under, if any, from being taken until the connection's transaction is over.
 *
 * @throws LeaseLost where it was taken.
 */
export async function keepLease(connection: Queryable): Promise<void> {
  const lease = heldLease();
  if (lease && !(await isHeld(connection, lease))) throw lease.lose();
}

/** What became of a write that changed nothing: the lease that it was done under is lost, or else this. */
export async function refusalOf(connection: Queryable, otherwise: Error): Promise<Error> {
  const lease = heldLease();
  return lease && !(await isHeld(connection, lease)) ? lease.lose() : otherwise;
}

async function isHeld(connection: Queryable, { thread, holder }: HeldLease): Promise<boolean> {
  const { rowCount } = await connection.query(`with ${heldPart("$1", "$2")} select from held`, [thread, holder]);
  return rowCount === 1;
}
