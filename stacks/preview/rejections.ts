import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Pulumi's SDK lets a failed `apply` surface as an unhandled rejection and nowhere else. While previews run, this takes
 * those rejections away from the process and gives each to the preview it comes from; all others go to whoever listened
 * before. Afterwards the process's listeners are as they were.
 */
const owner = new AsyncLocalStorage<(reason: unknown) => void>();
let running = 0;
let others: NodeJS.UnhandledRejectionListener[] = [];

/** Runs `work`; every unhandled rejection it causes goes to `onRejection`. */
export async function catchingRejections<Result>(
  onRejection: (reason: unknown) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  if (running++ === 0) takeOver();
  try {
    return await owner.run(onRejection, work);
  } finally {
    if (--running === 0) giveBack();
  }
}

function takeOver() {
  others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", dispatch);
}

function giveBack() {
  process.off("unhandledRejection", dispatch);
  for (const listener of others) process.on("unhandledRejection", listener);
  others = [];
}

function dispatch(reason: unknown, promise: Promise<unknown>) {
  const onRejection = owner.getStore();
  if (onRejection) return onRejection(reason);
  for (const listener of others) listener(reason, promise);
  if (others.length === 0) throw reason;
}
