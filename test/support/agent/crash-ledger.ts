import { isDeepStrictEqual } from "node:util";
import { type AgentClient, type NewDocument, wordsOf } from "./agent-client.ts";
import { approvalOf } from "./human.ts";
import { type AskedTurn, brokenStateRules, turnIdOf } from "./state-rules.ts";
import { eventsOf } from "./turn-event.ts";
import { brokenTurnRules } from "./turn-rules.ts";
import type { TurnReport } from "./turn-stream.ts";
import { until } from "./until.ts";

/** How long until an agent that is gone counts as gone, in milliseconds: its signs of life must stop first. */
const GONE_BOUND_MILLISECONDS = 40_000;
/** A turn that is resumed, asked for, decided and interrupted again ends well before so many rounds. */
const ROUNDS_MAX = 6;

interface LedgerTurn {
  readonly message: string;
  reports: TurnReport[];
}

/** A document that was being learnt. */
interface TaughtDocument {
  readonly document: NewDocument;
  readonly acknowledged: boolean;
  /** What was known under its id before; undefined: nothing. */
  readonly before: NewDocument | undefined;
}

/** What clients were told before their agent was killed, and so may count on. */
export class CrashLedger {
  readonly turns: LedgerTurn[] = [];
  readonly #documents = new Map<string, TaughtDocument>();

  /** Notes a turn from its first stream. */
  asked(message: string, report: TurnReport): LedgerTurn {
    const turn = { message, reports: [report] };
    this.turns.push(turn);
    return turn;
  }

  /** Notes a document, whether the agent said that it has it, and the one that it takes the place of. */
  taught(document: NewDocument, acknowledged: boolean, before?: NewDocument): void {
    this.#documents.set(document.id, { document, acknowledged, before });
  }

  /**
   * Resumes and approves until every turn is over, and returns all that is not as it must be: a run that is stuck, a
   * message that is lost or there twice, a message sent twice or never, a document that is lost or half there.
   */
  async problems(client: AgentClient): Promise<readonly string[]> {
    const problems = this.turns.flatMap(({ message, reports }) =>
      reports
        .flatMap((report, index) => brokenTurnRules(report, { resumed: index > 0 }))
        .map((rule) => `"${message}" ${rule}`),
    );
    for (const turn of this.turns) problems.push(...(await finish(client, turn)));
    problems.push(...(await brokenStateRules(client, this.turns)));
    for (const turn of this.turns) problems.push(...(await saidOnce(client, turn)));
    for (const taught of this.#documents.values()) problems.push(...(await wholeOrBefore(client, taught)));
    return problems;
  }
}

/** Brings a turn to its end, as its client would after a crash. */
async function finish(client: AgentClient, turn: LedgerTurn): Promise<readonly string[]> {
  const id = turnIdOf(turn);
  // Its client knows no id: no event had come. The turn may or may not be there, and nothing was promised.
  if (id === undefined) return [];
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    await until(
      `turn "${turn.message}" doesn't count as running any more`,
      async () => (await client.turn(id)).state !== "running",
      GONE_BOUND_MILLISECONDS,
    );
    const { state, approvals, failure } = await client.turn(id);
    if (state === "completed") return [];
    const [approval] = approvals;
    const next = state === "interrupted" ? client.resume(id) : approval && client.approve(approval);
    if (!next) return [`turn "${turn.message}" is ${state} (${failure}) and can't be finished`];
    turn.reports.push(await next.report);
  }
  return [`turn "${turn.message}" is not over after ${ROUNDS_MAX} rounds`];
}

/** The user's words are in the thread once, however often the turn was taken up. */
async function saidOnce(client: AgentClient, turn: LedgerTurn): Promise<readonly string[]> {
  const start = turn.reports.flatMap(({ events }) => eventsOf(events, "start"))[0]?.data;
  if (!start) return [];
  const messages = await client.messages(start.thread, start.resource);
  const count = messages.filter((message) => message.role === "user" && wordsOf(message) === turn.message).length;
  return count === 1 ? [] : [`message "${turn.message}" is ${count} times in its thread; allowed: once`];
}

/** It is there as it was taught, or as it was before where nobody was told otherwise; never lost, and never half. */
async function wholeOrBefore(client: AgentClient, { document, acknowledged, before }: TaughtDocument) {
  const stored = (await client.documents()).find(({ id }) => id === document.id);
  if (!stored) return acknowledged || before ? [`document ${document.id} was acknowledged and is lost`] : [];
  const allowed = acknowledged || !before ? [document] : [before, document];
  // Learning a version takes the place of what is stored: only the one that lies there can be asked about.
  const there = allowed.find(({ content }) => sectionsIn(content) === stored.passages);
  const again: unknown = there && (await (await client.learn(there)).json());
  const whole = isDeepStrictEqual(again, { id: document.id, state: "unchanged", passages: stored.passages });
  if (whole && stored.searchable) return [];
  return [
    `document ${document.id} is stored as ${JSON.stringify(stored)}, and learnt again as ${JSON.stringify(again)}`,
  ];
}

/** The approval that the last stream of a turn asked for. */
export function pendingApproval({ reports }: AskedTurn): string | undefined {
  const last = reports.at(-1);
  return last?.outcome === "suspended" ? approvalOf(last) : undefined;
}

/** Sections of a Markdown text, each of which is a passage of its own. */
function sectionsIn(content: string): number {
  return content.match(/^## /gm)?.length ?? 0;
}
