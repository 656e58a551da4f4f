import { eventsOf, type TimedEvent, TurnEvent } from "./turn-event.ts";
import { until } from "./until.ts";

/** How a turn's stream went, from its request to its last byte. */
export interface TurnReport {
  /** Status of the response; 0 where there was none. */
  readonly status: number;
  readonly events: readonly TimedEvent[];
  /**
   * `ended`, `suspended`: its last event says so. `error`: an `error` event. `cut`: the connection broke before any of
   * these. `left`: this client went. `refused`: no stream at all, `refusal` has the body.
   */
  readonly outcome: "ended" | "suspended" | "error" | "cut" | "left" | "refused";
  readonly refusal: string;
  readonly milliseconds: number;
}

/** A turn whose stream is being read. */
export interface RunningTurn {
  /** What has come so far. */
  readonly events: readonly TimedEvent[];
  readonly report: Promise<TurnReport>;
  /** Waits until an event of this kind has come, and fails where the stream is over without one. */
  seen(kind: TurnEvent["event"], boundMilliseconds?: number): Promise<void>;
  /** Closes the connection, as a browser's tab does. */
  leave(): void;
}

/** Sends a request that is answered with a turn's stream, and reads it as it comes, checking each event's form. */
export function openTurn(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): RunningTurn {
  const events: TimedEvent[] = [];
  const leaving = new AbortController();
  const report = readTurn(url, body, headers, events, leaving.signal);
  report.catch(() => {});
  let over: TurnReport | undefined;
  report.then(
    (done) => {
      over = done;
    },
    () => {},
  );
  return {
    events,
    report,
    leave: () => leaving.abort(),
    seen: (kind, bound) =>
      until(
        `event "${kind}" from ${url}`,
        () => {
          if (events.some(({ event }) => event === kind)) return true;
          if (over) throw new Error(`The turn is over (${over.outcome} ${over.refusal}) without "${kind}"`);
          return false;
        },
        bound,
      ),
  };
}

async function readTurn(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  events: TimedEvent[],
  signal: AbortSignal,
): Promise<TurnReport> {
  const start = performance.now();
  const report = (status: number, outcome: TurnReport["outcome"], refusal = ""): TurnReport => ({
    status,
    events,
    outcome: signal.aborted ? "left" : outcome,
    refusal,
    milliseconds: performance.now() - start,
  });
  let status = 0;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      signal,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    status = response.status;
    if (!response.body || !response.headers.get("content-type")?.startsWith("text/event-stream"))
      return report(status, "refused", await response.text());
    let waiting = "";
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (waiting + part).split("\n\n");
      waiting = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parseBlock(block);
        if (event) events.push({ ...event, atMilliseconds: performance.now() - start });
      }
    }
  } catch (error) {
    if (error instanceof StreamBroken) throw error;
    return report(status, "cut", error instanceof Error ? String(error.cause ?? error.message) : String(error));
  }
  return report(status, outcomeOf(events));
}

/** The agent sent what it doesn't promise: an error of the agent, never a way for a turn to go. */
class StreamBroken extends Error {}

function parseBlock(block: string): TurnEvent | undefined {
  const data = /^data: (.*)$/m.exec(block)?.[1];
  if (data === undefined) return undefined;
  const event = /^event: (.*)$/m.exec(block)?.[1];
  const parsed = TurnEvent.safeParse({ event, data: JSON.parse(data) });
  if (!parsed.success) throw new StreamBroken(`Not an event that a turn may have: ${block}\n${parsed.error.message}`);
  return parsed.data;
}

function outcomeOf(events: readonly TimedEvent[]): TurnReport["outcome"] {
  const end = eventsOf(events, "end").at(-1);
  if (end) return end.data.finishReason === "suspended" ? "suspended" : "ended";
  return events.some(({ event }) => event === "error") ? "error" : "cut";
}
