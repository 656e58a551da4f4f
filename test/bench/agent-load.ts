import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type PostgresqlServer, startPostgresql } from "../engines/postgresql.ts";
import type { ModelPace } from "../support/agent/model-server.ts";
import { serveBare, startContenders, startStates } from "./agent-contenders.ts";
import {
  BARE,
  type Contender,
  converse,
  FLAME,
  type LoadReport,
  type TurnTimes,
  takeTurn,
} from "./agent-conversations.ts";
import { Latencies, table } from "./latency.ts";

/**
 * The agent under load, and beside a bare Mastra server on the same model, database server and memory:
 * `npm run bench:agent -- [--pairs 200] [--seconds 60] [--memory-minutes 10] [--think 0]`;
 * or beside an earlier state of itself: `npm run bench:agent -- --before <its checkout> [--seconds 60]`.
 */
const { values } = parseArgs({
  options: {
    /** Turns of each server in the comparison of latency. */
    pairs: { type: "string", default: "200" },
    /** Length of the load on each server. */
    seconds: { type: "string", default: "60" },
    /** Length of the run that watches memory; 0: none. */
    "memory-minutes": { type: "string", default: "10" },
    /** What a user waits between two turns under load, on average, in milliseconds. */
    think: { type: "string", default: "0" },
    /** Folder of an earlier state, with its packages, that is compared with this one and nothing else is done. */
    before: { type: "string" },
    /** Used by the bench itself: serves the bare server. */
    bare: { type: "string" },
  },
});

const SEED = 50;
const CONVERSATIONS = 50;
/** A small hosted model as its users see it. */
const REALISTIC: ModelPace = {
  firstTokenMilliseconds: [200, 700],
  tokensPerSecond: 60,
  length: { leastWords: 15, mostWords: 60 },
};
/** Always the same, so that what differs is the server. */
const STEADY: ModelPace = {
  firstTokenMilliseconds: [20, 20],
  tokensPerSecond: 1_000,
  length: { leastWords: 20, mostWords: 20 },
};
const TURNS_PER_THREAD = 8;
const SAMPLE_MILLISECONDS = 2_000;
const GOALS = {
  p50: 2_000,
  p95: 5_000,
  p99: 8_000,
  perSecond: 10,
  failures: 0.01,
  added: 5,
  throughput: 0.9,
  growth: 0.05,
  addedToBefore: 3,
  throughputOfBefore: 0.97,
};
/** Rounds of a comparison with an earlier state, in which both are asked in turn: this many times each, in equal parts. */
const ROUNDS = 4;

async function bench(): Promise<void> {
  await using database = await startPostgresql({ durable: true });
  if (values.before !== undefined) return await compareWith(database, values.before);
  console.log(`seed ${SEED}; ${availableParallelism()} cores for servers, database, model and clients together`);
  {
    await using undo = new AsyncDisposableStack();
    const { flame, bare } = await startContenders(database, STEADY, SEED, undo);
    console.log(
      "\nadded latency: one turn at a time, servers in turn, same message; ms from request to first word, to last byte",
    );
    console.log(await addedLatency(flame, bare, Number(values.pairs)));
  }
  await using undo = new AsyncDisposableStack();
  const { flame, bare, flamePid } = await startContenders(database, REALISTIC, SEED, undo);
  const think = Number(values.think);
  const load = {
    seed: SEED,
    conversations: CONVERSATIONS,
    seconds: Number(values.seconds),
    thinkMilliseconds: [0, 2 * think],
  } as const;
  console.log(
    `\n${CONVERSATIONS} conversations at once for ${load.seconds} s, each a turn after the other, pause ${think} ms; ms`,
  );
  const bareReport = await converse(bare, load);
  const flameReport = await converse(flame, load);
  console.log(table([HEAD, row(BARE.name, bareReport), row(FLAME.name, flameReport)]));
  for (const failure of [...bareReport.failures, ...flameReport.failures].slice(0, 5))
    console.log(`failure: ${failure}`);
  console.log(verdicts(flameReport, bareReport));
  const minutes = Number(values["memory-minutes"]);
  if (minutes > 0)
    console.log(
      `\nmemory of flame over ${minutes} min of ${CONVERSATIONS} conversations, pause 1,000 ms\n${await memory(flame, flamePid, minutes)}`,
    );
}

/** The same conversations with both states, one round of each after the other. */
async function compareWith(database: PostgresqlServer, folder: string): Promise<void> {
  await using undo = new AsyncDisposableStack();
  const { before, now } = await startStates(database, folder, REALISTIC, SEED, undo);
  const reports: Record<"before" | "now", LoadReport[]> = { before: [], now: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const load = {
      seed: SEED + round,
      conversations: CONVERSATIONS,
      seconds: Number(values.seconds) / ROUNDS,
      thinkMilliseconds: [0, 0],
    } as const;
    for (const state of round % 2 === 0 ? (["before", "now"] as const) : (["now", "before"] as const))
      reports[state].push(await converse(state === "now" ? now : before, load));
  }
  const [earlier, later] = [pooled(reports.before), pooled(reports.now)];
  console.log(
    `${CONVERSATIONS} conversations at once, ${ROUNDS} rounds of ${Number(values.seconds) / ROUNDS} s each; ms`,
  );
  console.log(table([HEAD, row("before", earlier), row("now", later)]));
  for (const failure of [...earlier.failures, ...later.failures].slice(0, 5)) console.log(`failure: ${failure}`);
  const added = (of: "firstWord" | "whole") => later[of].percentile(0.95) - earlier[of].percentile(0.95);
  const ratio = later.turnsPerSecond / earlier.turnsPerSecond;
  const goals: readonly (readonly [string, number, boolean])[] = [
    [`first word, added p95 < ${GOALS.addedToBefore}`, added("firstWord"), added("firstWord") < GOALS.addedToBefore],
    [`turn, added p95 < ${GOALS.addedToBefore}`, added("whole"), added("whole") < GOALS.addedToBefore],
    [`turns/s against before ≥ ${GOALS.throughputOfBefore}`, ratio, ratio >= GOALS.throughputOfBefore],
  ];
  console.log(table(goals.map(([goal, value, met]) => [goal, value.toFixed(2), met ? "met" : "missed"])));
}

function pooled(reports: readonly LoadReport[]): LoadReport {
  const of = (latencies: readonly Latencies[]) => latencies.reduce((all, one) => all.with(one), new Latencies());
  return {
    firstWord: of(reports.map(({ firstWord }) => firstWord)),
    whole: of(reports.map(({ whole }) => whole)),
    turnsPerSecond: mean(reports.map(({ turnsPerSecond }) => turnsPerSecond)),
    failures: new Set(reports.flatMap(({ failures }) => [...failures])),
  };
}

async function addedLatency(flame: Contender, bare: Contender, pairs: number): Promise<string> {
  const times = {
    flame: { first: new Latencies(), whole: new Latencies() },
    bare: { first: new Latencies(), whole: new Latencies() },
  };
  const added = new Latencies();
  for (let pair = -Math.ceil(pairs / 4); pair < pairs; pair += 1) {
    const thread = `pair-${Math.floor(pair / TURNS_PER_THREAD)}`;
    const ask = (contender: Contender) => takeTurn(contender, `Tell me more about subject ${pair} of the pair`, thread);
    const [ours, theirs] =
      pair % 2 === 0 ? await inTurn(ask, flame, bare) : (await inTurn(ask, bare, flame)).toReversed();
    // The first quarter warms both up.
    if (pair < 0 || !ours || !theirs) continue;
    times.flame.first.add(ours.firstWord);
    times.flame.whole.add(ours.whole);
    times.bare.first.add(theirs.firstWord);
    times.bare.whole.add(theirs.whole);
    added.add(ours.whole - theirs.whole);
  }
  const cells = (latencies: Latencies) => [0.5, 0.95].map((share) => latencies.percentile(share).toFixed(1));
  const difference = (share: number) => times.flame.whole.percentile(share) - times.bare.whole.percentile(share);
  return [
    table([
      ["server", "first word p50", "p95", "whole p50", "p95"],
      [BARE.name, ...cells(times.bare.first), ...cells(times.bare.whole)],
      [FLAME.name, ...cells(times.flame.first), ...cells(times.flame.whole)],
    ]),
    `added to the whole turn: p50 ${difference(0.5).toFixed(1)}, p95 ${difference(0.95).toFixed(1)} (goal < ${GOALS.added}: ${difference(0.95) < GOALS.added ? "met" : "missed"}); within pairs p50 ${added.percentile(0.5).toFixed(1)}`,
  ].join("\n");
}

async function inTurn(ask: (contender: Contender) => Promise<TurnTimes>, first: Contender, second: Contender) {
  return [await ask(first), await ask(second)];
}

const HEAD = ["server", "turns/s", "first word p50", "p95", "turn p50", "p95", "p99", "turns", "failed"];

function row(name: string, { firstWord, whole, turnsPerSecond }: LoadReport): readonly string[] {
  const times = [
    ...[0.5, 0.95].map((share) => firstWord.percentile(share)),
    ...[0.5, 0.95, 0.99].map((share) => whole.percentile(share)),
  ];
  const failed = `${(whole.failureShare * 100).toFixed(2)} %`;
  return [name, turnsPerSecond.toFixed(1), ...times.map((time) => time.toFixed(0)), `${whole.count}`, failed];
}

function verdicts({ whole, turnsPerSecond }: LoadReport, bare: LoadReport): string {
  const ratio = turnsPerSecond / bare.turnsPerSecond;
  const goals: readonly (readonly [string, number, boolean])[] = [
    [`turn p50 < ${GOALS.p50}`, whole.percentile(0.5), whole.percentile(0.5) < GOALS.p50],
    [`turn p95 < ${GOALS.p95}`, whole.percentile(0.95), whole.percentile(0.95) < GOALS.p95],
    [`turn p99 < ${GOALS.p99}`, whole.percentile(0.99), whole.percentile(0.99) < GOALS.p99],
    [`turns/s > ${GOALS.perSecond}`, turnsPerSecond, turnsPerSecond > GOALS.perSecond],
    [`failed < ${GOALS.failures}`, whole.failureShare, whole.failureShare < GOALS.failures],
    [`turns/s against bare ≥ ${GOALS.throughput}`, ratio, ratio >= GOALS.throughput],
  ];
  return table(goals.map(([goal, value, met]) => [goal, value.toFixed(2), met ? "met" : "missed"]));
}

async function memory(flame: Contender, pid: number, minutes: number): Promise<string> {
  const samples: number[] = [];
  const timer = setInterval(async () => samples.push(await residentMiB(pid)), SAMPLE_MILLISECONDS);
  const report = await converse(flame, {
    seed: SEED + 1,
    conversations: CONVERSATIONS,
    seconds: minutes * 60,
    thinkMilliseconds: [0, 2_000],
  });
  clearInterval(timer);
  const fifth = Math.floor(samples.length / 5);
  const parts = Array.from({ length: 5 }, (_, index) => mean(samples.slice(index * fifth, (index + 1) * fifth)));
  const growth = (parts[4] ?? Number.NaN) / (parts[1] ?? Number.NaN) - 1;
  return [
    `mean of each fifth: ${parts.map((part) => part.toFixed(0)).join(", ")} MiB; peak ${Math.max(...samples).toFixed(0)} MiB`,
    `from the second fifth to the last: ${(growth * 100).toFixed(1)} % (goal < ${GOALS.growth * 100} %: ${growth < GOALS.growth ? "met" : "missed"}); ${report.whole.count} turns, ${(report.whole.failureShare * 100).toFixed(2)} % failed`,
  ].join("\n");
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

await (values.bare === undefined ? bench() : serveBare(values.bare));
