import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type AtEnd, atEndOfTest } from "./at-end.ts";
import { until } from "./folder.ts";

/** A server, by default of the running test's, that answers what it is asked with; its address. */
export async function answeringServer(
  answer: (asked: string, response: ServerResponse) => void,
  atEnd: AtEnd = atEndOfTest,
): Promise<string> {
  const server = createServer(async (request, response) => answer(await text(request), response)).listen(
    0,
    "127.0.0.1",
  );
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  await until("the server listens", () => server.listening);
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

/** A collector of traces: what it got, and what an agent reaches it by. */
export async function traceCollector() {
  const spans: string[] = [];
  const url = await answeringServer((asked, response) => {
    spans.push(asked);
    response.setHeader("content-type", "application/json").end("{}");
  });
  return { spans, variables: { FLAME_OTLP_ENDPOINT: url } };
}
