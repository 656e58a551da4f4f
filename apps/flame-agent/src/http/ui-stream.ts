import type { StreamForm } from "./turn-stream.ts";
import { UiMessage } from "./ui-chunks.ts";

/** By what assistant-ui's clients come back to a stream: what they are told by it is put into the address that they ask. */
export const STREAM_ID_HEADER = "X-Resumable-Stream-Id";

/**
 * A turn's events as a UI message stream of a chat, from the event behind `after` on. Every piece bears the id of the
 * event that it was made of; those of earlier events are made too, and not told.
 */
export function uiStream(chat: string, after = 0): StreamForm {
  const message = new UiMessage();
  return {
    headers: { "x-vercel-ai-ui-message-stream": "v1", [STREAM_ID_HEADER]: encodeURIComponent(chat) },
    textOf: (events) =>
      events
        .map((one) => {
          const chunks = message.chunksOf(one.event, one.data);
          if ("id" in one && one.id <= after) return "";
          const id = "id" in one ? `id: ${one.id}\n` : "";
          return chunks.map((chunk) => `${id}data: ${JSON.stringify(chunk)}\n\n`).join("");
        })
        .join(""),
    end: "data: [DONE]\n\n",
  };
}
