import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { startCalibration } from "./calibration.ts";

/** Growth of a ratio that fails: beyond 20 % of the baseline. */
const ALLOWED_GROWTH = 0.2;

/** Something whose time is watched. */
export interface Operation {
  readonly name: string;
  run(): Promise<void>;
}

const Baseline = z.strictObject({
  /** What one run of each operation takes, in runs of the calibration. */
  ratios: z.record(z.string(), z.number().positive()),
});

/** An operation that has become slower than it may. */
export interface Regression {
  readonly name: string;
  readonly baseline: number;
  readonly ratio: number;
}

/**
 * How long each operation takes, in runs of a calibration in this process: a slow machine slows both. Each operation
 * runs beside a calibration in each round, in turn, and the median of these ratios counts; the first round warms up.
 */
export async function measureRatios(
  operations: readonly Operation[],
  rounds: number,
): Promise<ReadonlyMap<string, number>> {
  await using calibration = await startCalibration();
  const ratios = new Map(operations.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    let before = await time(() => calibration.run());
    for (const { name, run } of operations) {
      const milliseconds = await time(run);
      const after = await time(() => calibration.run());
      if (round > 0) ratios.get(name)?.push((2 * milliseconds) / (before + after));
      before = after;
    }
  }
  return new Map([...ratios].map(([name, all]) => [name, median(all)]));
}

/** The operations whose ratio is more than 20 % above the baseline's. Fails where an operation has no baseline. */
export async function regressions(file: string, ratios: ReadonlyMap<string, number>): Promise<readonly Regression[]> {
  const known = Baseline.parse(JSON.parse(await readFile(file, "utf8"))).ratios;
  return [...ratios].flatMap(([name, ratio]) => {
    const baseline = known[name];
    if (baseline === undefined)
      throw new Error(
        `"${name}" has no baseline in ${file}; known: ${Object.keys(known).join(", ")}; fix: write it anew`,
      );
    return ratio > baseline * (1 + ALLOWED_GROWTH) ? [{ name, baseline, ratio }] : [];
  });
}

/**
 * Measures up to `tries` times while something looks slower than it may, and returns what did so each time: noise
 * passes, a regression stays.
 */
export async function lastingRegressions(
  file: string,
  measure: () => Promise<ReadonlyMap<string, number>>,
  tries: number,
): Promise<readonly Regression[]> {
  let slow = await regressions(file, await measure());
  for (let attempt = 1; attempt < tries && slow.length > 0; attempt += 1) {
    const again = await regressions(file, await measure());
    slow = again.filter(({ name }) => slow.some((before) => before.name === name));
  }
  return slow;
}

/** Makes these ratios the baseline. */
export async function writeBaseline(file: string, ratios: ReadonlyMap<string, number>): Promise<void> {
  const rounded = [...ratios].map(([name, ratio]): [string, number] => [name, Number(ratio.toPrecision(3))]);
  await writeFile(file, `${JSON.stringify({ ratios: Object.fromEntries(rounded) }, null, 2)}\n`);
}

/**
 * Milliseconds that this thread works and waits in. What it stands still for because other processes have the processor
 * is left out where the system tells it (Linux): it says nothing about the work.
 */
async function time(work: () => Promise<void>): Promise<number> {
  const queuedBefore = queuedMilliseconds();
  const start = performance.now();
  await work();
  return performance.now() - start - (queuedMilliseconds() - queuedBefore);
}

/** How long this thread has been ready to run without a processor. */
function queuedMilliseconds(): number {
  if (process.platform !== "linux") return 0;
  const [, nanoseconds] = readFileSync("/proc/thread-self/schedstat", "utf8").split(" ");
  return Number(nanoseconds) / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const found = sorted[Math.floor(sorted.length / 2)];
  if (found === undefined) throw new Error("Nothing was measured; fix: at least one round");
  return found;
}
