import { createServer } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type AtEnd, atEndOfTest } from "./at-end.ts";
import { until } from "./folder.ts";

/** A model's server whose answers are large, and sent as fast as they are read. */
export interface LargeModel {
  /** What an agent reaches it by. */
  readonly variables: Readonly<Record<string, string>>;
  /** Bytes of answers that were sent so far. */
  readonly sent: () => number;
  /** Answers that are being sent. */
  readonly running: () => number;
}

/** Starts one; each answer has `bytes` of this piece. */
export async function largeModel(
  { bytes, piece = "0123456789abcdef" }: { readonly bytes: number; readonly piece?: string },
  atEnd: AtEnd = atEndOfTest,
): Promise<LargeModel> {
  let sent = 0;
  let running = 0;
  const pieces = Math.ceil(bytes / piece.length);
  const line = (choice: object) =>
    `data: ${JSON.stringify({ id: "1", created: 1, model: "large", choices: [{ index: 0, ...choice }] })}\n\n`;
  const delta = line({ delta: { role: "assistant", content: piece } });
  function* answer() {
    for (let index = 0; index < pieces; index += 1) {
      sent += piece.length;
      yield delta;
    }
    yield `${line({ delta: {}, finish_reason: "stop" })}data: [DONE]\n\n`;
  }
  const server = createServer(async (request, response) => {
    running += 1;
    response.once("close", () => {
      running -= 1;
    });
    const asked = JSON.parse(await text(request));
    if (asked.stream) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      // A client that leaves breaks it off.
      return pipeline(Readable.from(answer()), response).catch(() => undefined);
    }
    sent += bytes;
    const message = { role: "assistant", content: piece.repeat(pieces) };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ id: "1", created: 1, model: "large", choices: [{ index: 0, message }] }));
  }).listen(0, "127.0.0.1");
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  await until("the model's server listens", () => server.listening);
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    variables: {
      FLAME_MODEL: "openai-compatible",
      FLAME_MODEL_BASE_URL: `http://127.0.0.1:${port}/v1`,
      FLAME_MODEL_NAME: "large",
      FLAME_MODEL_RETRIES: "0",
    },
    sent: () => sent,
    running: () => running,
  };
}
