import { vi } from "vitest";
import { parseEvents, textOf } from "../../apps/flame-agent/src/testing/client.ts";

/** A turn that is being streamed. */
export interface RunningTurn {
  /** Resolves with the whole text once the turn has ended properly; rejects where the stream is cut. */
  readonly text: Promise<string>;
}

/** Characters of a stream that a failure shows. */
const SHOWN_CHARACTERS = 2_000;

/** Starts a turn and returns as soon as its first word has come. */
export async function startTurn(url: string, message: string, thread?: string, token?: string): Promise<RunningTurn> {
  const response = await fetch(`${url}/turns`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ message, thread, resource: "suite" }),
  });
  if (!response.ok || !response.body)
    throw new Error(`${url}/turns answered ${response.status}: ${await response.text()}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader.read();
  const text = readToEnd(reader, first.value ?? "");
  // The suite awaits it later: until then a failure is not an unhandled one.
  text.catch(() => {});
  return { text };
}

/** Waits until the agent can be sent turns. */
export async function untilReady(url: string, seconds = 90): Promise<void> {
  await vi.waitFor(
    async () => {
      const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2000) });
      if (!response.ok) throw new Error(`${url}/ready answered ${response.status}`);
    },
    { timeout: seconds * 1000, interval: 250 },
  );
}

/** The numbers 1 to `last`, as the offline model counts them. */
export function counted(last: number): string {
  return Array.from({ length: last }, (_, index) => `${index + 1}`).join(" ");
}

async function readToEnd(reader: ReadableStreamDefaultReader<string>, begin: string): Promise<string> {
  let stream = begin;
  for (let part = await reader.read(); !part.done; part = await reader.read()) stream += part.value;
  const events = parseEvents(stream);
  const text = textOf(events);
  if (!events.some(({ event }) => event === "end") || text === "")
    throw new Error(`the stream was cut, or no answer; its last events: ${stream.slice(-SHOWN_CHARACTERS)}`);
  return text;
}
