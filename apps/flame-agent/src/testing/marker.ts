import { MASTRA_ROUTES } from "../http/mastra-routes.ts";
import { OPERATIONS } from "../http/operations.ts";
import type { Client } from "./client.ts";

/** A word that a user writes and nobody else, to be found where it doesn't belong. */
export const MARKER = "plantedmarker";

const said = { role: "user", content: MARKER };

/** Bodies with the marker in every field, good ones and broken ones. */
const BODIES: readonly unknown[] = [
  { message: MARKER, thread: MARKER, resource: MARKER },
  { messages: [said], memory: { thread: MARKER, resource: MARKER } },
  { messages: MARKER, system: MARKER },
  { messages: [{ role: MARKER, content: MARKER }] },
  { messages: [{ [MARKER]: MARKER }] },
  { messages: [{ role: "user", content: [{ type: MARKER, text: MARKER }] }] },
  {
    messages: [
      { role: "tool", content: [{ type: "tool-result", toolCallId: MARKER, toolName: MARKER, result: MARKER }] },
    ],
  },
  {
    messages: [{ id: MARKER, role: "user", parts: [{ type: "text", text: MARKER }] }],
    id: MARKER,
    trigger: "submit-message",
  },
  { messages: [{ role: "user", content: [{ type: "image", image: `http://${MARKER}.example/${MARKER}` }] }] },
  { messages: [said], clientTools: { [MARKER]: { description: MARKER, inputSchema: { [MARKER]: MARKER } } } },
  { messages: [said], structuredOutput: { schema: { type: MARKER, properties: { [MARKER]: MARKER } } } },
  { message: MARKER, threadId: MARKER, resourceId: MARKER },
  { message: { role: "user", content: MARKER }, threadId: MARKER },
  { threadId: MARKER, resourceId: MARKER, title: MARKER, metadata: { [MARKER]: MARKER } },
  { id: MARKER, content: MARKER, title: MARKER, mediaType: MARKER },
  { id: MARKER, content: MARKER, title: MARKER },
  { reason: MARKER },
  { [MARKER]: MARKER },
  MARKER,
];

/** Every route that the agent serves, by its method and pattern. */
const ROUTES = [
  ...Object.keys(OPERATIONS),
  ...Object.keys(MASTRA_ROUTES).map((route) => route.replace(" ", " /api")),
].map((route) => {
  const [method = "", path = ""] = route.split(" ");
  return { method, path };
});

/** Asks every route with the marker in its path, its query, its headers and its body. Returns how many answers there were. */
export async function plantEverywhere(
  client: Pick<Client, "get">,
  headers: Record<string, string> = {},
): Promise<number> {
  let answers = 0;
  for (const { method, path } of ROUTES) {
    const filled = path.replace(/:agentId/, "flame").replace(/:\w+/g, MARKER);
    const target = `${filled}?agentId=flame&resourceId=${MARKER}&${MARKER}=${MARKER}`;
    const bodies = method === "GET" || method === "DELETE" ? [undefined] : BODIES;
    for (const [index, body] of bodies.entries()) {
      const response = await client.get(index % 2 === 0 ? filled : target, {
        method,
        headers: {
          "content-type": "application/json",
          "idempotency-key": MARKER,
          "x-marker": MARKER,
          "last-event-id": MARKER,
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      // What is subscribed to never ends.
      const isEndless = path.endsWith("/subscribe") && response.ok;
      await (isEndless ? response.body?.cancel() : response.text().catch(() => ""));
      answers += 1;
    }
  }
  return answers;
}
