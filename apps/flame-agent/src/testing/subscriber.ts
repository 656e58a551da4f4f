import { type Client, readerOf, readUntil } from "./client.ts";

/** What a client was told: the answer that it got, or what came of a stream. */
export interface Told {
  readonly status: number;
  readonly text: string;
}

/** How long a turn may take to its end, in milliseconds. */
const BOUND_MILLISECONDS = 20_000;

/**
 * What a client that subscribes to a thread is told of the turn that it then begins there with a message; where the
 * subscription or the message is refused, that. `ready` is called between the two.
 */
export async function toldToSubscriber(
  client: Pick<Client, "post">,
  thread: { readonly threadId: string; readonly resourceId: string },
  message: string,
  ready: () => void = () => {},
): Promise<Told> {
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(BOUND_MILLISECONDS)]);
  try {
    const stream = await client.post("/api/agents/flame/threads/subscribe", thread, { signal });
    if (!stream.ok) return { status: stream.status, text: await stream.text() };
    ready();
    const sent = await client.post("/api/agents/flame/send-message", { message, ...thread }, { signal });
    const sentText = await sent.text();
    if (!sent.ok) return { status: sent.status, text: sentText };
    return { status: stream.status, text: await readUntil(readerOf(stream), /"type":"(?:finish|error)".*\n\n/) };
  } finally {
    leaving.abort();
  }
}
