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
export function uiStream(chat: string, place?: Pick<PiecePlace, "event" | "pieces">): StreamForm {
  const message = new UiMessage();
  return {
    headers: { "x-vercel-ai-ui-message-stream": "v1", [STREAM_ID_HEADER]: encodeURIComponent(chat) },
    isWhole: true,
    textOf: (events, turn, after = 0) =>
      events
        .map((one) => {
          if ("id" in one && one.id === after + 1 && after > 0) message.keepBroken();
          const pieces = message.chunksOf(one.event, one.data).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
          if (!("id" in one)) return pieces.join("");
          const { id } = one;
          const idOf = (index: number) => `${turn}:${id}${index === pieces.length - 1 ? "" : `.${index + 1}`}`;
          return pieces
            .map((piece, index) => `id: ${idOf(index)}\n${piece}`)
            .slice(toldOf(id, place ?? { event: after, pieces: undefined }))
            .join("");
        })
        .join(""),
    end: "data: [DONE]\n\n",
  };
}

/** How many of an event's pieces were told. */
function toldOf(id: number, after: Pick<PiecePlace, "event" | "pieces">): number {
  if (id !== after.event) return id < after.event ? Number.POSITIVE_INFINITY : 0;
  return after.pieces ?? Number.POSITIVE_INFINITY;
}
