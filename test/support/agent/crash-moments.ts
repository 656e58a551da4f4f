import { setTimeout as delay } from "node:timers/promises";
import type { AgentClient, NewDocument } from "./agent-client.ts";
import type { AgentProcess } from "./agent-process.ts";
import { CrashLedger, pendingApproval } from "./crash-ledger.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import type { RunningTurn } from "./turn-stream.ts";

/** What an agent does when it is killed. */
export const PHASES = ["chat", "suspend", "resume", "ingestion"] as const;
export type Phase = (typeof PHASES)[number];

/** Moments lie between the beginning of the work and a little after its usual end. */
const LATEST_SHARE = 1.15;
const PASSAGES = 40;

/** Where agents are killed: each start is a new process on the same data. */
export interface CrashSite {
  start(): AgentProcess;
}

/**
 * Kills an agent at `count` moments of a phase, which the seed chooses, starting a new one each time. Returns every
 * way in which what is left differs from what clients were told.
 */
export async function crash(site: CrashSite, phase: Phase, count: number, seed: number): Promise<readonly string[]> {
  const random = seededRandom(seed, phase);
  const ledger = new CrashLedger();
  let usualMilliseconds = 0;
  for (let round = 0; round <= count; round += 1) {
    await using agent = site.start();
    const client = await agent.ready();
    const work = await WORK[phase](client, ledger, `${phase} ${round}`, random);
    const start = performance.now();
    const running = work();
    // The first round is not disturbed: it tells how long the work takes.
    if (round > 0) {
      await delay(random.next() * LATEST_SHARE * usualMilliseconds);
      await agent.kill();
    }
    await running;
    if (round === 0) usualMilliseconds = performance.now() - start;
  }
  await using last = site.start();
  // Awaited here: the agent is killed when this function is left.
  return await ledger.problems(await last.ready());
}

/** Prepares the work of a round, and returns what starts it and notes what its client saw. */
type Work = (
  client: AgentClient,
  ledger: CrashLedger,
  name: string,
  random: SeededRandom,
) => Promise<() => Promise<void>>;

const WORK: Record<Phase, Work> = {
  chat: async (client, ledger, name) => async () => {
    const message = `Tell me about ${name}`;
    ledger.asked(message, await client.say(message, "chat").report);
  },
  suspend: async (client, ledger, name) => async () => {
    const message = `Send "${name}" to bob@example.org`;
    ledger.asked(message, await client.say(message, name.replace(" ", "-")).report);
  },
  async resume(client, ledger, name) {
    const message = `Send "${name}" to bob@example.org`;
    const turn = ledger.asked(message, await client.say(message, name.replace(" ", "-")).report);
    const approval = pendingApproval(turn);
    if (approval === undefined) throw new Error(`Turn "${message}" isn't suspended, but ${turn.reports[0]?.outcome}`);
    return async () => {
      const resumed: RunningTurn = client.approve(approval);
      turn.reports.push(await resumed.report);
    };
  },
  async ingestion(client, ledger, name, random) {
    const document = longDocument(name, random);
    // Every other one takes the place of a longer one.
    const before =
      random.next() < 0.5 ? { ...document, content: `${document.content}\n\n## Old\n\nThis goes.` } : undefined;
    if (before) await (await client.learn(before)).json();
    return async () => {
      const acknowledged = await client.learn(document).then(
        async (response) => response.ok && (await response.json()) !== undefined,
        () => false,
      );
      ledger.taught(document, acknowledged, before);
    };
  },
};

function longDocument(name: string, random: SeededRandom): NewDocument {
  const words = ["river", "bridge", "harbour", "engine", "signal", "crane", "cargo", "tide"];
  const paragraph = () => `${Array.from({ length: 120 }, () => random.pick(words)).join(" ")}.`;
  const content = Array.from({ length: PASSAGES }, (_, index) => `## Part ${index}\n\n${paragraph()}`).join("\n\n");
  return { id: name, mediaType: "text/markdown", content };
}
