import type { MiddlewareHandler } from "hono";
import { failureOf } from "../failures/index.ts";
import { describeError, type Logger } from "../log.ts";
import type { AgentEnv } from "./env.ts";
import { STALLED_MILLISECONDS, whileTaken } from "./stalled.ts";

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(": heartbeat\n\n");
const LINE_FEED = 10;

/**
 * Gives every answer that is an event stream a comment line in each silence, so that no proxy takes it for dead; and one
 * that breaks off an end that says so, in place of the words of what broke it. A client that takes nothing of what there
 * is for a minute is dropped.
 */
export function keepStreamsAlive(heartbeatSeconds: number, log: Logger): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    context.set("heartbeatSeconds", heartbeatSeconds);
    await next();
    const { body } = context.res;
    if (!body || !context.res.headers.get("content-type")?.startsWith("text/event-stream")) return;
    const brokenOff = (error: unknown) => {
      const { message, reference } = failureOf(error, "stream");
      log.error({ error: describeError(error), reference }, "event stream broke off");
      return `event: error\ndata: ${JSON.stringify({ code: "failed", message, reference })}\n\n`;
    };
    const alive = withHeartbeats(body, heartbeatSeconds * 1000, brokenOff);
    const drop = () => void context.env.outgoing.destroy();
    context.res = new Response(whileTaken(alive, STALLED_MILLISECONDS, drop), context.res);
  };
}

/**
 * The same event stream with a comment line after each `intervalMilliseconds` in which its reader waited and nothing
 * came. One that doesn't read gets none, so that they never pile up; nor does one that has half an event. Where the
 * stream fails, what `brokenOff` says ends it.
 */
export function withHeartbeats(
  body: ReadableStream<Uint8Array>,
  intervalMilliseconds: number,
  brokenOff: (error: unknown) => string,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  /** A read that was begun before a heartbeat, whose answer is still to come. */
  let pending: ReturnType<typeof reader.read> | undefined;
  let betweenEvents = true;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        pending ??= reader.read();
        let came: Awaited<typeof pending> | "silence";
        try {
          came = await (betweenEvents ? within(pending, intervalMilliseconds) : pending);
        } catch (error) {
          controller.enqueue(encoder.encode(`${betweenEvents ? "" : "\n\n"}${brokenOff(error)}`));
          return controller.close();
        }
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

/** What comes, or `silence` where nothing does for so long. */
export async function within<Value>(coming: Promise<Value>, milliseconds: number): Promise<Value | "silence"> {
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
