import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { startCalibration } from "./calibration.ts";

/** Growth of a ratio that fails: beyond 20 % of the baseline. */
const ALLOWED_GROWTH = 0.2;
/** Share of the runs that are faster than the time that counts: what else a machine does only ever adds time. */
const COUNTED_SHARE = 0.2;

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
 * How long each operation takes, in runs of a calibration in this process: a slow or busy machine slows both. Each
 * round runs the calibration and every operation once; the first one warms up and doesn't count.
 */
export async function measureRatios(
  operations: readonly Operation[],
  rounds: number,
): Promise<ReadonlyMap<string, number>> {
  await using calibration = await startCalibration();
  const calibrations: number[] = [];
  const times = new Map(operations.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    const base = await time(() => calibration.run());
    if (round > 0) calibrations.push(base);
    for (const { name, run } of operations) {
      const milliseconds = await time(run);
      if (round > 0) times.get(name)?.push(milliseconds);
    }
  }
  const unit = counted(calibrations);
  return new Map([...times].map(([name, all]) => [name, counted(all) / unit]));
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

async function time(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function counted(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  const found = sorted[Math.floor(sorted.length * COUNTED_SHARE)];
  if (found === undefined) throw new Error("Nothing was measured; fix: at least one round");
  return found;
}
