import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { lastingRegressions, measureRatios, regressions, writeBaseline } from "./performance-monitor.ts";

async function baselineFile(ratios: Readonly<Record<string, number>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "flame-baseline-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "baseline.json");
  await writeBaseline(file, new Map(Object.entries(ratios)));
  return file;
}

/** Keeps the processor busy: a wait would not become longer on a slow machine. */
function work(loops: number): void {
  let sum = 0;
  for (let index = 0; index < loops; index += 1) sum += Math.sqrt(index);
  expect(sum).toBeGreaterThan(0);
}

describe("the performance monitor", () => {
  it.each([
    { why: "as fast as before", ratio: 10, slow: [] },
    { why: "faster", ratio: 2, slow: [] },
    { why: "20 % slower, which may be", ratio: 12, slow: [] },
    { why: "more than 20 % slower", ratio: 12.01, slow: [{ name: "turn", baseline: 10, ratio: 12.01 }] },
  ])("judges an operation that is $why", async ({ ratio, slow }) => {
    expect(await regressions(await baselineFile({ turn: 10 }), new Map([["turn", ratio]]))).toEqual(slow);
  });

  it("refuses an operation without a baseline, and a file that is none", async () => {
    const file = await baselineFile({ turn: 10 });
    await expect(regressions(file, new Map([["search", 1]]))).rejects.toThrow(/"search" has no baseline.*known: turn/);
    await writeFile(file, '{"turn": 1}');
    await expect(regressions(file, new Map())).rejects.toThrow();
  });

  it("measures again what looks slow, and tells only what stays so", async () => {
    const file = await baselineFile({ turn: 10, search: 10 });
    const measured = [
      new Map([
        ["turn", 20],
        ["search", 20],
      ]),
      new Map([
        ["turn", 10],
        ["search", 20],
      ]),
      new Map([
        ["turn", 20],
        ["search", 20],
      ]),
    ];
    let times = 0;
    const slow = await lastingRegressions(file, async () => measured[times++] ?? new Map(), 3);
    expect(slow.map(({ name }) => name)).toEqual(["search"]);
    expect(times).toBe(3);
  });

  it("finds thrice the work to be about three times as slow, whatever the machine does", async () => {
    const operation = (name: string, loops: number) => ({ name, run: async () => work(loops) });
    const ratios = await measureRatios([operation("once", 2_000_000), operation("thrice", 6_000_000)], 15);
    const factor = (ratios.get("thrice") ?? 0) / (ratios.get("once") ?? 1);
    expect(factor).toBeGreaterThan(2);
    expect(factor).toBeLessThan(4.5);
  });
});
