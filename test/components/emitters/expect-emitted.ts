import { expect } from "vitest";
import { WORKLOAD_LEAVES } from "../../../components/orchestration/workload.leaves.ts";
import { fullWorkload } from "../../support/full-workload.ts";

/**
 * As `toEqual`, of what an emitter makes of the full workload. Where it isn't, the error names the settings whose values
 * stand in a wrong place, or should stand there: no two of that workload's values are the same.
 */
export function expectEmitted(actual: unknown, expected: unknown): void {
  const wrong = differences(actual, expected, "");
  if (wrong.length === 0) {
    expect(actual).toEqual(expected);
    return;
  }
  const lines = wrong.map(({ path, is, should }) => {
    const told = [...new Set([...settingsIn(should), ...settingsIn(is)])];
    return `${path || "it"} is ${text(is)}, and should be ${text(should)}: ${told.join(", ") || "no setting of its own"}`;
  });
  expect.fail(lines.join("\n"));
}

interface Difference {
  readonly path: string;
  readonly is: unknown;
  readonly should: unknown;
}

/** Down to the values themselves; of texts, line by line. */
function differences(is: unknown, should: unknown, path: string): Difference[] {
  if (isEqual(is, should)) return [];
  if (typeof is === "string" && typeof should === "string" && should.includes("\n"))
    return differences(is.split("\n"), should.split("\n"), path);
  if (!isInner(is) || !isInner(should)) return [{ path, is, should }];
  const keys = [...new Set([...Object.keys(is), ...Object.keys(should)])];
  return keys.flatMap((key) =>
    differences(Reflect.get(is, key), Reflect.get(should, key), path ? `${path}.${key}` : key),
  );
}

function isEqual(is: unknown, should: unknown): boolean {
  try {
    expect(is).toEqual(should);
    return true;
  } catch {
    return false;
  }
}

function isInner(value: unknown): value is object {
  return typeof value === "object" && value !== null && !("asymmetricMatch" in value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "left out");
}

/** Settings of the full workload whose values stand in a value of an emitter's, in whichever unit. */
function settingsIn(value: unknown): string[] {
  const said = text(value);
  const numbers = new Set((said.match(/\d+(?:\.\d+)?/g) ?? []).map(Number));
  return LEAVES.filter(({ value: own }) =>
    typeof own === "number" ? forms(own).some((form) => numbers.has(form)) : own.length > 2 && said.includes(own),
  ).map(({ setting }) => setting);
}

/** A number as engines say it: cores and their billionths of thousandths, CPU weights, bytes as KiB, MiB and seconds as nanoseconds. */
function forms(value: number): number[] {
  const [kibi, mebi] = [1024, 1024 ** 2];
  const cpu = [value / 1000, value * 1e6, Math.round((value / 1000) * kibi)];
  return [value, ...cpu, value / mebi, value / kibi, value * 1e9].filter((form) => form !== 0);
}

const LEAVES = leavesOf(fullWorkload(), "");

function leavesOf(value: unknown, path: string): { readonly setting: string; readonly value: number | string }[] {
  if (typeof value === "number" || typeof value === "string") return [{ setting: settingOf(path), value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path ? `${path}.${key}` : key));
}

/** Name of the setting that a value of the plan comes from. */
function settingOf(path: string): string {
  const [leaf, { setting }] = Object.entries(WORKLOAD_LEAVES)
    .filter(([name]) => path === name || path.startsWith(`${name}.`))
    .toSorted(([one], [other]) => other.length - one.length)[0] ?? [path, { setting: path }];
  return `${setting.replace("{workload}", "containers.cache")}${path.slice(leaf.length)}`;
}
