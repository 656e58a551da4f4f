import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";

/** What is known of a request by all that works for it, however deep in a library. */
export interface RequestScope {
  /** Stands in each log line of the request. A client is told it where something failed, so that the lines are found. */
  readonly reference: string;
  /** Whether who reads the answer keeps up with it. */
  readonly reader: ReaderGate;
  /** True: the turn that it takes was stopped, by its client's leaving say; that libraries fail then is no failure. */
  isStopped?: boolean;
  /** Resolves when the turn that it takes has ended; absent: it takes none. */
  over?: Promise<void>;
  /** What a library caught first, of which it tells in its own words. */
  caught?: unknown;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Does the work, and all that it calls and starts, as one request's. */
export function inRequest<Result>(work: () => Result): Result {
  return scopes.run({ reference: randomUUID(), reader: new ReaderGate() }, work);
}

/** The request that is worked for now; `undefined` in work of the server's own. */
export function currentRequest(): RequestScope | undefined {
  return scopes.getStore();
}

/** The reference of the request that is worked for, or a new one, which its user has to log. */
export function currentReference(): string {
  return scopes.getStore()?.reference ?? randomUUID();
}

/** Notes what failed first in a request, where a library will tell of it in its own words or makes another error of it. */
export function noteFirst(error: unknown, request = scopes.getStore()): void {
  if (request) request.caught ??= error;
}

/** Notes what failed as {@link noteFirst} does, and throws it. */
export function noteCaught(error: unknown): never {
  noteFirst(error);
  throw error;
}

/** Holds back who makes an answer while who reads it doesn't take any. Open until it is closed. */
class ReaderGate {
  #closed: PromiseWithResolvers<void> | undefined;

  /** Resolves when the reader takes more; `undefined`: it does now. */
  get opening(): Promise<void> | undefined {
    return this.#closed?.promise;
  }

  close(): void {
    this.#closed ??= Promise.withResolvers();
  }

  open(): void {
    this.#closed?.resolve();
    this.#closed = undefined;
  }

  /** Keeps it closed until what is passed on is taken. */
  async closedUntil<Result>(taken: Promise<Result>): Promise<Result> {
    this.close();
    try {
      return await taken;
    } finally {
      this.open();
    }
  }
}
