import type { Context } from "hono";
import type { FollowedEvents, TurnLog } from "../turn-log/index.ts";
import type { Turn } from "../turns/turns.ts";
import type { StartedTurn, TurnControl } from "../workflow/course.ts";
import type { Chat } from "../workflow/index.ts";
import type { AgentEnv } from "./env.ts";

/** What stops the turn that the request takes. */
export function controlOf(context: Context<AgentEnv>): TurnControl {
  return turnOf(context);
}

/** Answers with a turn's events. The turn goes on where its client leaves, who may come back for the rest. */
export function streamTurn(
  context: Context<AgentEnv>,
  { events }: Pick<Chat, "events">,
  { id, after, over }: StartedTurn,
  form: StreamForm = PLAIN,
): Response {
  turnOf(context).isOf(over);
  return streamEvents(events, id, after, form);
}

/** Answers with what there is of a turn behind `after`, and what comes; 204 where nothing more comes, 410 where it is gone. */
export async function tellEvents(
  context: Context<AgentEnv>,
  { events }: Pick<Chat, "events">,
  turn: string,
  after: number,
  form: StreamForm = PLAIN,
): Promise<Response> {
  switch (await events.ahead(turn, after)) {
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
      return streamEvents(events, turn, after, form);
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
  textOf(events: FollowedEvents): string;
  /** What is said when all is told. */
  readonly end: string;
}

/** Answers with a turn's events behind `after`, by default as a stream that reads well in a terminal. */
export function streamEvents(events: TurnLog, turn: string, after: number, form: StreamForm = PLAIN): Response {
  const leaving = new AbortController();
  const following = events.follow(turn, after, leaving.signal);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // Events that this form has no words for are no answer to a reader who asked for more.
        for (let text = ""; text === ""; ) {
          const { done, value } = await following.next();
          text = done ? form.end : form.textOf(value);
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

const encoder = new TextEncoder();

/** Says besides what it is that nothing on the way may keep it back. */
const EVENT_STREAM = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache",
  "Transfer-Encoding": "chunked",
  "X-Accel-Buffering": "no",
} as const;

const PLAIN: StreamForm = {
  headers: {},
  textOf: (events) =>
    events.map((one) => `${"id" in one ? `id: ${one.id}\n` : ""}event: ${one.event}\ndata: ${one.data}\n\n`).join(""),
  end: "",
};
