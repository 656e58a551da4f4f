import type { Context } from "hono";
import { failureOf } from "../failures/index.ts";
import { describeError, type Logger } from "../log.ts";
import { encoded, type FollowedEvents } from "../turn-log/index.ts";
import type { Turn } from "../turns/turns.ts";
import type { StartedTurn, TurnControl } from "../workflow/course.ts";
import type { TurnEvent } from "../workflow/events.ts";
import type { Chat } from "../workflow/index.ts";
import type { AgentEnv } from "./env.ts";

/** What stops the turn that the request takes. */
export function controlOf(context: Context<AgentEnv>): TurnControl {
  return turnOf(context);
}

/** Answers with a turn's events. The turn goes on where its client leaves, who may come back for the rest. */
export function streamTurn(
  context: Context<AgentEnv>,
  chat: Told,
  { id, after, over }: StartedTurn,
  form: StreamForm = PLAIN,
): Response {
  turnOf(context).isOf(over);
  return streamEvents(chat, id, after, form);
}

/** What was and is told of turns, and where it is noted that it could not be. */
type Told = Pick<Chat, "events" | "log">;

/** Answers with what there is of a turn behind `after`, and what comes; 204 where nothing more comes, 410 where it is gone. */
export async function tellEvents(
  context: Context<AgentEnv>,
  chat: Told,
  turn: string,
  after: number,
  form: StreamForm = PLAIN,
): Promise<Response> {
  switch (await chat.events.ahead(turn, after)) {
    case "forgotten":
      return context.json(
        {
          error: `The events of the turn are not kept any more; fix: GET /turns/${turn} tells what became of it`,
          turn,
        },
        410,
      );
    case "none":
      return context.body(null, 204);
    case "some":
      return streamEvents(chat, turn, after, form);
  }
}

function turnOf(context: Context<AgentEnv>): Turn {
  const turn = context.get("turn");
  if (!turn) throw new Error("The route isn't counted as a turn; fix: name it in turns/track.ts");
  return turn;
}

/** How events are told. */
export interface StreamForm {
  /** Headers beside those of every event stream. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether what one event is told as depends on those before: it is made of all then, and what the reader has isn't told. */
  readonly isWhole: boolean;
  /** `turn`: whose they are; absent where none began. `after`: the last event that the reader has. */
  textOf(events: FollowedEvents, turn?: string, after?: number): string;
  /** What is said when all is told. */
  end(): string;
}

/** Answers with a turn's events behind `after`, by default as a stream that reads well in a terminal. */
export function streamEvents({ events, log }: Told, turn: string, after: number, form: StreamForm = PLAIN): Response {
  const leaving = new AbortController();
  const following = events.follow(turn, form.isWhole ? 0 : after, leaving.signal);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // Events that this form has no words for are no answer to a reader who asked for more.
        for (let text = ""; text === ""; ) {
          const { done, value } = await following.next().catch((error: unknown) => broken(error, log));
          text = done ? form.end() : form.textOf(value, turn, after);
          if (text !== "") controller.enqueue(encoder.encode(text));
          if (done) return controller.close();
        }
      },
      async cancel() {
        leaving.abort();
        await following.return();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { ...EVENT_STREAM, ...form.headers } });
}

/** What a follower is told whom the rest can't be told now, because the database is away say; the turn isn't over. */
function broken(error: unknown, log: Logger): IteratorResult<FollowedEvents, undefined> {
  const { message, reference } = failureOf(error, "stream");
  log.error({ error: describeError(error), reference }, "stream of a turn's events broke off");
  const told: TurnEvent = { event: "error", data: { code: "interrupted", message, reference } };
  return { done: false, value: [encoded(told)] };
}

const encoder = new TextEncoder();

/** Says besides what it is that nothing on the way may keep it back. */
export const EVENT_STREAM = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache",
  "Transfer-Encoding": "chunked",
  "X-Accel-Buffering": "no",
} as const;

export const PLAIN: StreamForm = {
  headers: {},
  isWhole: false,
  textOf: (events) =>
    events.map((one) => `${"id" in one ? `id: ${one.id}\n` : ""}event: ${one.event}\ndata: ${one.data}\n\n`).join(""),
  end: () => "",
};
