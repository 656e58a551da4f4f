import type { Context } from "hono";
import type { FollowedEvents, TurnLog } from "../turn-log/index.ts";
import type { Chat } from "../workflow/index.ts";
import type { StartedTurn, TurnControl } from "../workflow/runner.ts";
import type { AgentEnv } from "./env.ts";

/** Takes a turn and answers with its events. The turn goes on where its client leaves, who may come back for the rest. */
export async function streamTurn(
  context: Context<AgentEnv>,
  { events }: Pick<Chat, "events">,
  take: (control: TurnControl) => Promise<StartedTurn>,
): Promise<Response> {
  const turn = context.get("turn");
  if (!turn) throw new Error("The route isn't counted as a turn; fix: name it in turns/track.ts");
  const { id, after, over } = await take(turn);
  turn.isOf(over);
  return streamEvents(events, id, after);
}

/** Answers with a turn's events behind `after`, as a stream that reads well in a terminal. */
export function streamEvents(events: TurnLog, turn: string, after: number): Response {
  const leaving = new AbortController();
  const following = events.follow(turn, after, leaving.signal);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await following.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(textOf(value)));
      },
      async cancel() {
        leaving.abort();
        await following.return();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: EVENT_STREAM });
}

const encoder = new TextEncoder();

/** Says besides what it is that nothing on the way may keep it back. */
const EVENT_STREAM = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache",
  "Transfer-Encoding": "chunked",
  "X-Accel-Buffering": "no",
} as const;

function textOf(events: FollowedEvents): string {
  return events
    .map((one) => `${"id" in one ? `id: ${one.id}\n` : ""}event: ${one.event}\ndata: ${one.data}\n\n`)
    .join("");
}
