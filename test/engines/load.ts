import { Agent, request } from "node:http";
import { parseEvents, textOf } from "../../apps/flame-agent/src/testing/client.ts";
import { counted } from "./turn.ts";

/** A request or turn that failed. */
interface Failure {
  /** Seconds after the begin of the load. */
  readonly atSeconds: number;
  readonly what: string;
}

export interface LoadReport {
  readonly requests: number;
  readonly perSecond: number;
  readonly failures: readonly Failure[];
  /** Longest time that one request took. */
  readonly slowestMilliseconds: number;
}

export interface TurnReport {
  readonly turns: number;
  readonly lost: readonly Failure[];
  readonly shortestSeconds: number;
}

/** A request that has no answer by then has failed. */
const REQUEST_MILLISECONDS = 15_000;
/** A connection that rests as long is given up: the proxy's keep-alive ends after 10 s, which may meet a new request. */
const IDLE_MILLISECONDS = 5000;
/** Every so manieth request is a short turn, where turns are asked for; the others ask for health, and so the database. */
const TURN_EVERY = 25;

/** What clients send. */
export interface LoadShape {
  readonly perSecond: number;
  /** Whether short turns are among the requests: what a process had begun when it crashed nobody can end. */
  readonly shortTurns: boolean;
}

/** Sends short requests at a constant rate, answered or not, over kept connections, until it is stopped. */
export function startLoad(
  url: string,
  token: string,
  { perSecond, shortTurns }: LoadShape,
): { stop(): Promise<LoadReport> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: IDLE_MILLISECONDS });
  const begin = performance.now();
  const running = new Set<Promise<void>>();
  const failures: Failure[] = [];
  let sent = 0;
  let slowestMilliseconds = 0;
  const send = async () => {
    const start = performance.now();
    const turn = shortTurns && sent % TURN_EVERY === 0;
    sent += 1;
    const outcome = await (turn
      ? ask(url, "/turns", token, agent, JSON.stringify({ message: "count to 2", resource: "load" }))
      : ask(url, "/health", token, agent));
    slowestMilliseconds = Math.max(slowestMilliseconds, performance.now() - start);
    const whole = outcome.status === 200 && (!turn || outcome.body.includes("event: end"));
    if (!whole) {
      const what = `${turn ? "turn" : "request"}: ${outcome.status} ${outcome.body.slice(0, 200)}`;
      failures.push({ atSeconds: (start - begin) / 1000, what });
    }
  };
  const timer = setInterval(() => {
    // Timers are late now and then: what is due is sent.
    const due = Math.floor(((performance.now() - begin) / 1000) * perSecond);
    while (sent < due) {
      const one = send().finally(() => running.delete(one));
      running.add(one);
    }
  }, 1000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - begin) / 1000;
      await Promise.all(running);
      agent.destroy();
      return { requests: sent, perSecond: sent / seconds, failures, slowestMilliseconds };
    },
  };
}

/** Starts turns that stream, all at once, and tells at their end which of them weren't whole. */
export async function startTurns(
  url: string,
  token: string,
  count: number,
  words: number,
): Promise<{ readonly report: Promise<TurnReport> }> {
  const begin = performance.now();
  const expected = counted(words);
  const first: Promise<void>[] = [];
  const turns = Array.from({ length: count }, async (_, index) => {
    const begun = Promise.withResolvers<void>();
    first.push(begun.promise);
    const start = performance.now();
    const body = JSON.stringify({ message: `count to ${words}`, resource: `stream-${index}` });
    const outcome = await ask(url, "/turns", token, undefined, body, begun.resolve);
    begun.resolve();
    const text = outcome.status === 200 ? textOf(parseEvents(outcome.body)) : "";
    const whole = outcome.status === 200 && outcome.body.includes("event: end") && text.trim() === expected;
    const seconds = (performance.now() - start) / 1000;
    const what = `turn ${index}: ${outcome.status}, ${text.split(" ").length} of ${words} words after ${seconds.toFixed(1)} s`;
    return { whole, seconds, failure: { atSeconds: (performance.now() - begin) / 1000, what } };
  });
  await Promise.all(first);
  const report = Promise.all(turns).then((ended) => ({
    turns: count,
    lost: ended.filter(({ whole }) => !whole).map(({ failure }) => failure),
    shortestSeconds: Math.min(...ended.map(({ seconds }) => seconds)),
  }));
  return { report };
}

/** One request; status 0 where no whole answer came. */
async function ask(
  url: string,
  path: string,
  token: string,
  agent: Agent | undefined,
  body?: string,
  onFirst: () => void = () => {},
): Promise<{ readonly status: number; readonly body: string }> {
  const answer = Promise.withResolvers<{ readonly status: number; readonly body: string }>();
  const streams = agent === undefined;
  let text = "";
  const failed = (error: Error) => answer.resolve({ status: 0, body: `${error.message} after "${text.slice(-80)}"` });
  const sent = request(
    new URL(path, url),
    {
      method: body === undefined ? "GET" : "POST",
      agent: agent ?? false,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      },
      ...(streams ? {} : { timeout: REQUEST_MILLISECONDS }),
    },
    (response) => {
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        onFirst();
        text += part;
      });
      response.once("end", () => answer.resolve({ status: response.statusCode ?? 0, body: text }));
      response.once("error", failed);
    },
  );
  sent.once("timeout", () => sent.destroy(new Error(`no answer in ${REQUEST_MILLISECONDS} ms`)));
  sent.once("error", failed);
  sent.end(body);
  return answer.promise;
}
