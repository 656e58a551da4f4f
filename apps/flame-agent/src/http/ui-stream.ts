import type { StreamForm } from "./turn-stream.ts";
import { UiMessage } from "./ui-chunks.ts";

/**
 * A turn's events as a UI message stream, from the event behind `after` on. Every piece bears the id of the event that it
 * was made of; those of earlier events are made too, and not told.
 */
export function uiStream(after: number): StreamForm {
  const message = new UiMessage();
  return {
    headers: { "x-vercel-ai-ui-message-stream": "v1" },
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
