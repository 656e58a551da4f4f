import { type AgentClient, type ApprovalState, type ThreadMessage, type TurnState, wordsOf } from "./agent-client.ts";
import { eventsOf, textOf } from "./turn-event.ts";
import type { TurnReport } from "./turn-stream.ts";

/** A turn that a test asked for: its message, and all its streams from the first to the last resumption. */
export interface AskedTurn {
  readonly message: string;
  readonly reports: readonly TurnReport[];
}

/** All that an agent tells about its state. */
interface WholeState {
  readonly turns: ReadonlyMap<string, TurnState>;
  readonly approvals: readonly ApprovalState[];
  readonly outbox: readonly { readonly recipient: string; readonly body: string }[];
  readonly threads: ReadonlyMap<string, readonly ThreadMessage[]>;
}

/**
 * Every rule about turns, approvals, sent messages and memory that the agent's state breaks, as sentences. To be asked
 * when no stream is open: no turn may be running then.
 */
export async function brokenStateRules(client: AgentClient, asked: readonly AskedTurn[]): Promise<readonly string[]> {
  const state = await wholeState(client, asked);
  return [
    ...asked.flatMap((turn) => [...settled(turn, state), ...remembered(turn, state)]),
    ...waitsForPending(state),
    ...sentOnce(state),
    ...noMessageTwice(state),
  ];
}

/** The id of a turn, which its first event told; undefined where no event came. */
export function turnIdOf({ reports }: AskedTurn): string | undefined {
  return startOf(reports)?.turn;
}

function startOf(reports: readonly TurnReport[]) {
  return reports.flatMap(({ events }) => eventsOf(events, "start").map(({ data }) => data))[0];
}

async function wholeState(client: AgentClient, asked: readonly AskedTurn[]): Promise<WholeState> {
  const starts = asked.flatMap(({ reports }) => startOf(reports) ?? []);
  const turns = new Map<string, TurnState>();
  for (const { turn } of starts) turns.set(turn, await client.turn(turn));
  const threads = new Map<string, readonly ThreadMessage[]>();
  for (const { thread, resource } of starts)
    if (!threads.has(thread)) threads.set(thread, await client.messages(thread, resource));
  return { turns, approvals: await client.approvals(), outbox: await client.outbox(), threads };
}

const EXPECTED = {
  ended: ["completed"],
  suspended: ["waiting", "failed"],
  error: ["failed", "interrupted"],
  left: ["cancelled", "completed", "waiting", "failed"],
  cut: ["completed", "failed", "cancelled", "interrupted", "waiting"],
  refused: [],
} as const satisfies Record<TurnReport["outcome"], readonly TurnState["state"][]>;

/** What its client saw last agrees with what the agent says of the turn, and nothing runs any more. */
function settled(turn: AskedTurn, { turns }: WholeState): readonly string[] {
  const state = turns.get(turnIdOf(turn) ?? "");
  const outcome = turn.reports.findLast((report) => report.outcome !== "refused")?.outcome;
  if (!state || !outcome) return [];
  const expected: readonly string[] = EXPECTED[outcome];
  if (expected.includes(state.state)) return [];
  return [
    `turn "${turn.message}" is ${state.state} where its client saw "${outcome}"; allowed: ${expected.join(", ")}`,
  ];
}

/** A turn that its client saw end is in memory: the user's words once, and after them all that the agent said. */
function remembered(turn: AskedTurn, { threads }: WholeState): readonly string[] {
  if (turn.reports.at(-1)?.outcome !== "ended") return [];
  const thread = startOf(turn.reports)?.thread ?? "";
  const messages = threads.get(thread) ?? [];
  const asked = messages.findIndex((message) => message.role === "user" && wordsOf(message) === turn.message);
  if (asked < 0) return [`message "${turn.message}" of an ended turn is not in thread ${thread}`];
  // A turn that is resumed after its agent died says it all again: what was cut doesn't count.
  const heard = turn.reports.filter(({ outcome }) => outcome === "suspended" || outcome === "ended");
  const said = textOf(heard.flatMap(({ events }) => events));
  const answers = messages.slice(asked + 1).filter(({ role }) => role === "assistant");
  if (answers.map(wordsOf).join("").includes(said)) return [];
  return [`the answer "${said}" to "${turn.message}" is not in thread ${thread}: ${answers.map(wordsOf).join(" | ")}`];
}

function waitsForPending({ turns, approvals }: WholeState): readonly string[] {
  const pending = new Set(approvals.filter(({ state }) => state === "pending").map(({ turn }) => turn));
  return [...turns.values()].flatMap(({ id, state, approvals: told }) => {
    if ((state === "waiting") !== pending.has(id))
      return [`turn ${id} is ${state} and ${pending.has(id) ? "has" : "has no"} pending approval; both or neither`];
    return told.length > 0 === pending.has(id) ? [] : [`turn ${id} tells ${told.length} approvals, others are listed`];
  });
}

/** Nothing is sent that wasn't approved, and what was approved is sent once at most, by a completed turn exactly once. */
function sentOnce({ turns, approvals, outbox }: WholeState): readonly string[] {
  const broken: string[] = [];
  const sendings = approvals.filter(({ tool }) => tool === "send_message");
  const count = (items: readonly unknown[], key: string) => items.filter((item) => item === key).length;
  const sent = outbox.map(({ recipient, body }) => JSON.stringify([recipient, body]));
  const keyOf = ({ input }: ApprovalState) => {
    const { to, text } = { to: undefined, text: undefined, ...(typeof input === "object" ? input : {}) };
    return JSON.stringify([to, text]);
  };
  const approved = sendings.filter(({ state }) => state === "approved");
  const completed = approved.filter(({ turn }) => turns.get(turn)?.state === "completed");
  for (const key of new Set([...sent, ...completed.map(keyOf)])) {
    const most = count(approved.map(keyOf), key);
    const least = count(completed.map(keyOf), key);
    const there = count(sent, key);
    if (there > most || there < least)
      broken.push(`${key} is sent ${there} times; approved ${most} times, by completed turns ${least} times`);
  }
  return broken;
}

function noMessageTwice({ threads }: WholeState): readonly string[] {
  return [...threads].flatMap(([thread, messages]) => {
    const ids = messages.map(({ id }) => id);
    return new Set(ids).size === ids.length ? [] : [`thread ${thread} holds a message twice: ${ids.join(", ")}`];
  });
}
