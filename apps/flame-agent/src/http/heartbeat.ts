import type { MiddlewareHandler } from "hono";

const HEARTBEAT = new TextEncoder().encode(": heartbeat\n\n");
const LINE_FEED = 10;

/** Gives every answer that is an event stream a comment line in each silence, so that no proxy takes it for dead. */
export function keepStreamsAlive(heartbeatSeconds: number): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { body } = context.res;
    if (body && context.res.headers.get("content-type")?.startsWith("text/event-stream"))
      context.res = new Response(withHeartbeats(body, heartbeatSeconds * 1000), context.res);
  };
}

/**
 * The same event stream with a comment line after each `intervalMilliseconds` in which its reader waited and nothing
 * came. One that doesn't read gets none, so that they never pile up; nor does one that has half an event.
 */
export function withHeartbeats(
  body: ReadableStream<Uint8Array>,
  intervalMilliseconds: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  /** A read that was begun before a heartbeat, whose answer is still to come. */
  let pending: ReturnType<typeof reader.read> | undefined;
  let betweenEvents = true;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        pending ??= reader.read();
        const came = await (betweenEvents ? within(pending, intervalMilliseconds) : pending);
        if (came === "silence") return controller.enqueue(HEARTBEAT);
        pending = undefined;
        if (came.done) return controller.close();
        betweenEvents = came.value.at(-1) === LINE_FEED && came.value.at(-2) === LINE_FEED;
        controller.enqueue(came.value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

async function within<Value>(coming: Promise<Value>, milliseconds: number): Promise<Value | "silence"> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<"silence">((resolve) => {
    timer = setTimeout(() => resolve("silence"), milliseconds);
  });
  try {
    return await Promise.race([coming, silence]);
  } finally {
    clearTimeout(timer);
  }
}
