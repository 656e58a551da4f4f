import { eventsOf, type TimedEvent, textOf } from "./turn-event.ts";
import type { TurnReport } from "./turn-stream.ts";

const STEP_ORDER = ["analysis", "enhancement", "cache", "retrieval", "generation"] as const;

type Rule = (events: readonly TimedEvent[], report: TurnReport) => readonly string[];

/** What must hold for the stream of every turn, whatever was asked. */
const RULES: readonly Rule[] = [
  startsOnce,
  endsOnce,
  stepsInOrder,
  toolsAnswerCalls,
  approvalSuspends,
  citesWhatItSays,
];

/**
 * Every rule that a stream breaks, as a sentence; none where all is well. `resumed`: it goes on with a turn whose
 * tool call was announced by an earlier stream.
 */
export function brokenTurnRules(report: TurnReport, { resumed = false }: { readonly resumed?: boolean } = {}) {
  if (report.outcome === "refused") return [];
  const rules = resumed ? RULES.filter((rule) => rule !== toolsAnswerCalls) : RULES;
  return rules.flatMap((rule) => rule(report.events, report));
}

function startsOnce(events: readonly TimedEvent[]): readonly string[] {
  const starts = eventsOf(events, "start").length;
  if (events.length === 0 || (events[0]?.event === "start" && starts === 1)) return [];
  return [`begins with ${events[0]?.event} and has ${starts} "start" events; a turn starts once, first of all`];
}

function endsOnce(events: readonly TimedEvent[], { outcome }: TurnReport): readonly string[] {
  const ends = events.flatMap(({ event }, index) => (event === "end" || event === "error" ? [index] : []));
  if (outcome === "cut" || outcome === "left") return [];
  if (ends.length === 1 && ends[0] === events.length - 1) return [];
  return [`has ${ends.length} ends at ${ends.join(", ")} of ${events.length} events; a turn ends once, last of all`];
}

function stepsInOrder(events: readonly TimedEvent[]): readonly string[] {
  const places = eventsOf(events, "step").map(({ data }) => STEP_ORDER.indexOf(data.name));
  const ordered = places.every((place, index) => index === 0 || place > (places[index - 1] ?? -1));
  return ordered
    ? []
    : [`runs its steps as ${places.map((place) => STEP_ORDER[place]).join(", ")}; each runs once, in order`];
}

function toolsAnswerCalls(events: readonly TimedEvent[]): readonly string[] {
  const open = new Map<string, number>();
  const broken: string[] = [];
  for (const { data } of eventsOf(events, "tool")) {
    const waiting = open.get(data.name) ?? 0;
    if (data.state === "called") open.set(data.name, waiting + 1);
    else if (waiting > 0) open.set(data.name, waiting - 1);
    else broken.push(`has tool "${data.name}" ${data.state} without a call; a result follows its call`);
  }
  return broken;
}

function approvalSuspends(events: readonly TimedEvent[], { outcome }: TurnReport): readonly string[] {
  const approvals = eventsOf(events, "approval").length;
  if (outcome === "suspended" && approvals !== 1)
    return [`is suspended with ${approvals} "approval" events; it tells the one that it waits for`];
  if (approvals > 0 && outcome === "ended") return ['ends although it asked for an approval; it ends as "suspended"'];
  const asked = events.findIndex(({ event }) => event === "approval");
  const spoke = events.slice(asked + 1).some(({ event }) => event === "text" || event === "tool");
  return asked >= 0 && spoke ? ["goes on before its approval; it waits"] : [];
}

function citesWhatItSays(events: readonly TimedEvent[]): readonly string[] {
  const numbers = eventsOf(events, "citation").map(({ data }) => data.number);
  const text = textOf(events);
  const broken = numbers
    .filter((number) => !text.includes(`[${number}]`))
    .map((number) => `cites [${number}] without a mark in its text`);
  if (new Set(numbers).size < numbers.length) broken.push(`cites ${numbers.join(", ")}; each source once`);
  return broken;
}
