import { seededRandom } from "../support/agent/seeded-random.ts";
import { Latencies } from "./latency.ts";

/** A server that takes turns: ours, or a bare one. */
export interface Contender {
  readonly name: string;
  readonly url: string;
  /** Path and body of a turn. */
  request(message: string, thread: string): { readonly path: string; readonly body: object };
  /** What stands in the stream of a turn before its first word. */
  readonly firstWord: string;
  /** What stands in the stream of a turn that ended as it should. */
  readonly end: string;
}

export const FLAME = {
  name: "flame",
  request: (message: string, thread: string) => ({ path: "/turns", body: { message, thread } }),
  firstWord: "event: text",
  end: "event: end",
} as const satisfies Omit<Contender, "url">;

export const BARE = {
  name: "bare Mastra",
  request: (message: string, thread: string) => ({
    path: "/api/agents/flame/stream",
    body: { messages: [{ role: "user", content: message }], memory: { thread, resource: "default" } },
  }),
  firstWord: '"type":"text-delta"',
  end: '"type":"finish"',
} as const satisfies Omit<Contender, "url">;

/** What one turn took, in milliseconds since its request. */
export interface TurnTimes {
  readonly firstWord: number;
  readonly whole: number;
}

/** Takes a turn and reads it to its last byte. Fails where it doesn't end as it should. */
export async function takeTurn(contender: Contender, message: string, thread: string): Promise<TurnTimes> {
  const { path, body } = contender.request(message, thread);
  const start = performance.now();
  const response = await fetch(`${contender.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok || !response.body)
    throw new Error(`${contender.name} answered ${response.status}: ${await response.text()}`);
  let firstWord: number | undefined;
  let stream = "";
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    stream += part;
    if (firstWord === undefined && stream.includes(contender.firstWord)) firstWord = performance.now() - start;
  }
  if (firstWord === undefined || !stream.includes(contender.end))
    throw new Error(`${contender.name} ended a turn as ${stream.slice(-300)}`);
  return { firstWord, whole: performance.now() - start };
}

export interface Load {
  readonly seed: number;
  readonly conversations: number;
  readonly seconds: number;
  /** What a user does between two turns, in milliseconds: from the least to the most. */
  readonly thinkMilliseconds: readonly [least: number, most: number];
}

/** What became of a load. */
export interface LoadReport {
  readonly firstWord: Latencies;
  readonly whole: Latencies;
  readonly turnsPerSecond: number;
  /** One failure of each kind, to be read. */
  readonly failures: ReadonlySet<string>;
}

/** Turns of a thread before its user begins another one. */
const TURNS_PER_THREAD = 8;

/** Holds so many conversations at once, each a turn after the other, for so long. */
export async function converse(contender: Contender, load: Load): Promise<LoadReport> {
  const firstWord = new Latencies();
  const whole = new Latencies();
  const failures = new Set<string>();
  const start = performance.now();
  const deadline = start + load.seconds * 1000;
  const converseOnce = async (conversation: number) => {
    const random = seededRandom(load.seed, `${conversation}`);
    for (let turn = 0; performance.now() < deadline; turn += 1) {
      const thread = `${load.seed}-${conversation}-${Math.floor(turn / TURNS_PER_THREAD)}`;
      const message = `Tell me more about subject ${random.whole(1, 1_000_000)} of conversation ${conversation}`;
      try {
        const times = await takeTurn(contender, message, thread);
        firstWord.add(times.firstWord);
        whole.add(times.whole);
      } catch (error) {
        whole.failures += 1;
        failures.add(error instanceof Error ? `${error.message} ${String(error.cause ?? "")}` : String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, random.whole(...load.thinkMilliseconds)));
    }
  };
  await Promise.all(Array.from({ length: load.conversations }, (_, conversation) => converseOnce(conversation)));
  return { firstWord, whole, failures, turnsPerSecond: whole.count / ((performance.now() - start) / 1000) };
}
