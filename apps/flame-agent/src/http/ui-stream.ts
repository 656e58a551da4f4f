import type { FollowedEvents } from "../turn-log/index.ts";
import type { PiecePlace } from "./fields.ts";
import type { StreamForm } from "./turn-stream.ts";
import { UiMessage } from "./ui-chunks.ts";

/** By what assistant-ui's clients come back to a stream: what they are told by it is put into the address that they ask. */
export const STREAM_ID_HEADER = "X-Resumable-Stream-Id";

/**
 * A turn's events as a UI message stream of a chat, from the piece behind `place` on, or else behind the event that its
 * reader has. Every piece bears an id of its own, made of the turn's and its event's; earlier pieces are made too, and not
 * told.
 */
export function uiStream(chat: string, place: Told = { event: 0, pieces: undefined }): StreamForm {
  const message = new UiMessage();
  /** How an attempt broke off, as long as it may turn out that another one followed: clients take it for the end. */
  let brokenOff = "";
  const piecesOf = (one: FollowedEvents[number], turn: string | undefined, told: Told): readonly string[] => {
    const pieces = message.chunksOf(one.event, one.data).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    if (!("id" in one)) return pieces;
    const { id } = one;
    const idOf = (index: number) => `${turn}:${id}${index === pieces.length - 1 ? "" : `.${index + 1}`}`;
    return pieces.map((piece, index) => `id: ${idOf(index)}\n${piece}`).slice(toldOf(id, told));
  };
  return {
    headers: { "x-vercel-ai-ui-message-stream": "v1", [STREAM_ID_HEADER]: encodeURIComponent(chat) },
    isWhole: true,
    textOf: (events, turn, after = 0) =>
      events
        .map((one) => {
          if ("id" in one && one.id === after + 1 && after > 0) message.keepBroken();
          const pieces = piecesOf(one, turn, after > 0 ? { event: after, pieces: undefined } : place);
          const before = one.event === "start" ? "" : brokenOff;
          brokenOff = one.event === "error" ? (pieces.at(-1) ?? "") : "";
          return before + pieces.slice(0, brokenOff === "" ? undefined : -1).join("");
        })
        .join(""),
    end: () => `${brokenOff}data: [DONE]\n\n`,
  };
}

/** What a reader has been told last: of an event so many pieces, or all of them. */
type Told = Pick<PiecePlace, "event" | "pieces">;

/** How many of an event's pieces were told. */
function toldOf(id: number, after: Told): number {
  if (id !== after.event) return id < after.event ? Number.POSITIVE_INFINITY : 0;
  return after.pieces ?? Number.POSITIVE_INFINITY;
}
