import type { Context } from "hono";
import { failureOf } from "../failures/index.ts";
import { describeError, type Logger } from "../log.ts";
import { encoded } from "../turn-log/index.ts";
import type { TurnEvent } from "../workflow/events.ts";
import type { AgentEnv } from "./env.ts";
import { within } from "./heartbeat.ts";
import { isRecord } from "./is-record.ts";
import { EVENT_STREAM, type StreamForm } from "./turn-stream.ts";

/**
 * What a request for a stream is answered with. Where that isn't known within a heartbeat, since another turn has the
 * thread, or the database has much to do, a stream begins that says so, has heartbeats as others do, and goes on as the answer does: a refusal is its last
 * event then.
 */
export async function answeredInTime(
  context: Context<AgentEnv>,
  log: Logger,
  form: StreamForm,
  coming: Promise<Response>,
): Promise<Response> {
  const seconds = context.get("heartbeatSeconds");
  const answer = await within(coming, seconds * 1000);
  if (answer !== "silence") return answer;
  const turn = context.get("turn");
  // Where nothing came of the request, nothing keeps the turn of a client that has left meanwhile.
  const answered = coming.catch((error: unknown) => refusal(error, log, form)).finally(() => turn?.answered());
  return new Response(goingOn(answered, form), { headers: { ...EVENT_STREAM, ...form.headers } });
}

function goingOn(answered: Promise<Response>, form: StreamForm): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let hasLeft = false;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(WAITING),
      async pull(controller) {
        reader ??= (await streamed(await answered, form)).body?.getReader();
        const next = await reader?.read();
        if (hasLeft) return;
        if (next?.value) controller.enqueue(next.value);
        else controller.close();
      },
      cancel(reason) {
        hasLeft = true;
        if (reader) return reader.cancel(reason);
        // It is answered to nobody.
        return answered.then(({ body }) => body?.cancel(reason));
      },
    },
    { highWaterMark: 0 },
  );
}

const WAITING = new TextEncoder().encode(": waiting\n\n");

/** The answer as a stream: one that is none is told as the failure that it says. */
async function streamed(answer: Response, form: StreamForm): Promise<Response> {
  if (answer.headers.get("content-type")?.startsWith("text/event-stream")) return answer;
  const said: unknown = await answer.json().catch(() => undefined);
  const message = isRecord(said) && typeof said.error === "string" ? said.error : "There is nothing to tell";
  return told(form, { event: "error", data: { code: answer.status === 409 ? "busy" : "refused", message } });
}

function refusal(error: unknown, log: Logger, form: StreamForm): Response {
  const { message, reference } = failureOf(error, "turn");
  log.error({ error: describeError(error), reference }, "turn not begun");
  return told(form, { event: "error", data: { code: "failed", message, reference } });
}

function told(form: StreamForm, event: TurnEvent): Response {
  return new Response(form.textOf([encoded(event)]) + form.end(), { headers: EVENT_STREAM });
}
