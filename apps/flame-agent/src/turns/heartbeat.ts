const HEARTBEAT = new TextEncoder().encode(": heartbeat\n\n");

/** The same event stream with a comment line after each `intervalMilliseconds` of silence. Chunks are whole events. */
export function withHeartbeats(
  body: ReadableStream<Uint8Array>,
  intervalMilliseconds: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setInterval(() => controller.enqueue(HEARTBEAT), intervalMilliseconds);
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        timer?.refresh();
        if (value) controller.enqueue(value);
        if (!done) return;
        clearInterval(timer);
        controller.close();
      } catch (error) {
        clearInterval(timer);
        throw error;
      }
    },
    async cancel(reason) {
      clearInterval(timer);
      await reader.cancel(reason);
    },
  });
}
