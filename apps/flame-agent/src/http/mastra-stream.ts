import { failureOf } from "../failures/index.ts";
import { describeError, type Logger } from "../log.ts";
import { currentRequest } from "../request-scope.ts";
import { isRecord } from "./is-record.ts";
import { withoutCopies } from "./without-copies.ts";

/**
 * What one of Mastra's routes streams, without large copies of what was told before, with each failure in it told by its reference alone, and logged; also one of the
 * stream itself. It is read no faster than its client reads, which is what the request's model is held back by.
 */
export function maskedStream(chunks: ReadableStream<unknown>, log: Logger): ReadableStream<unknown> {
  const reader = chunks.getReader();
  const gate = currentRequest()?.reader;
  let hasLeft = false;
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        gate?.open();
        try {
          const { done, value } = await reader.read();
          if (hasLeft) return;
          if (done) return controller.close();
          controller.enqueue(masked(value, log));
          gate?.close();
        } catch (error) {
          if (hasLeft) return;
          controller.enqueue({ type: "error", payload: { error: told(error, log) } });
          controller.close();
        }
      },
      cancel(reason) {
        hasLeft = true;
        gate?.open();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function masked(chunk: unknown, log: Logger): unknown {
  if (!isRecord(chunk)) return chunk;
  if (chunk.type !== "error") return withoutCopies(chunk);
  const payload = isRecord(chunk.payload) ? chunk.payload : {};
  return { ...chunk, payload: { error: told(payload.error ?? chunk.error, log) } };
}

function told(error: unknown, log: Logger): object {
  const { message, reference } = failureOf(error, "turn");
  const level = currentRequest()?.isStopped ? "debug" : "error";
  log[level]({ error: describeError(error), reference }, "turn failed");
  return { name: "Error", message, reference };
}
