/** How long a client may take nothing of what waits for it, in milliseconds; it can come back for the rest of a turn. */
export const STALLED_MILLISECONDS = 60_000;

/**
 * The same stream, with `drop` called when its reader has taken nothing more for so long although there was something:
 * what waits for it is held in memory, by Mastra without any bound.
 */
export function whileTaken(
  body: ReadableStream<Uint8Array>,
  milliseconds: number,
  drop: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(timer);
        const { done, value } = await reader.read();
        if (done) return controller.close();
        controller.enqueue(value);
        timer = setTimeout(drop, milliseconds);
        timer.unref();
      },
      cancel(reason) {
        clearTimeout(timer);
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
