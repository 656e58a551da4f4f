import { afterAll, onTestFinished } from "vitest";

/** Has something undone later, the last thing first. */
export type AtEnd = (undo: () => void | Promise<void>) => void;

/** When the running test is over. */
export const atEndOfTest: AtEnd = (undo) => onTestFinished(undo);

/** When the tests of the `describe` that calls it are over: for what several of them share. */
export function atEndOfSuite(): AtEnd {
  const undone = new AsyncDisposableStack();
  afterAll(() => undone.disposeAsync());
  return (undo) => undone.defer(async () => undo());
}
