import { type LoadReport, type LoadShape, startLoad, startTurns, type TurnReport } from "./load.ts";
import { ACCESS_TOKEN, TOKENS_PER_SECOND } from "./server-environment.ts";

/** What clients met while something was done to the server. */
export interface Experience {
  readonly what: string;
  readonly load: LoadReport;
  readonly turns: TurnReport;
}

const TURNS = 20;
const TURN_SECONDS = 60;
const REQUESTS_PER_SECOND = 55;

/** Does something to a server that is asked 55 times a second, while 20 turns of 60 s stream. */
export async function underLoad(
  what: string,
  url: string,
  work: () => Promise<void>,
  shape: Partial<LoadShape> = {},
): Promise<Experience> {
  const load = startLoad(url, ACCESS_TOKEN, { perSecond: REQUESTS_PER_SECOND, shortTurns: true, ...shape });
  try {
    const turns = await startTurns(url, ACCESS_TOKEN, TURNS, TURN_SECONDS * TOKENS_PER_SECOND);
    // The turns' end is awaited whatever becomes of the work, so that none outlives the suite.
    const [done, report] = await Promise.allSettled([work(), turns.report]);
    if (done.status === "rejected") throw done.reason;
    if (report.status === "rejected") throw report.reason;
    return { what, load: await load.stop(), turns: report.value };
  } finally {
    await load.stop();
  }
}

/** One line of the figures. */
export function told({ what, load, turns }: Experience): string {
  const { requests, perSecond, failures, slowestMilliseconds } = load;
  return `${what}: ${requests} requests at ${perSecond.toFixed(1)}/s, ${failures.length} failed, slowest ${Math.round(slowestMilliseconds)} ms; ${turns.turns} turns of at least ${turns.shortestSeconds.toFixed(1)} s, ${turns.lost.length} lost`;
}
