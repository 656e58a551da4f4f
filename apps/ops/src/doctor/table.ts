import type { Paint } from "../paint.ts";
import { NEEDS, type Need, type Row, ready } from "./row.ts";

const MARKS = { found: "✓", degraded: "!", missing: "✗" } as const;
const COLOURS = { found: "green", degraded: "yellow", missing: "red" } as const;
const NEED_WORDS: Readonly<Record<Need, string>> = {
  process: "the agent with its embedded database",
  containers: "containers on this machine",
  pulumi: "deployments by Pulumi's engine",
};

/** The rows as a table for the terminal, with what the machine is ready for. */
export function doctorText(rows: readonly Row[], paint: Paint): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const margin = " ".repeat("✓ ".length + width + "  degraded ".length);
  const lines = rows.flatMap(({ name, state, detail, fix, tried }) => [
    `${paint(COLOURS[state], MARKS[state])} ${paint("bold", name.padEnd(width))}  ${paint(COLOURS[state], state.padEnd("degraded".length))} ${detail}`,
    ...(fix === undefined ? [] : [`${margin}fix: ${fix}`]),
    ...tried.map((one) => paint("dim", `${margin}${one}`)),
  ]);
  const verdicts = NEEDS.map((need) => {
    const state = ready(rows, need) ? "found" : "missing";
    return `${paint(COLOURS[state], MARKS[state])} ${ready(rows, need) ? "ready" : "not ready"} for ${NEED_WORDS[need]}`;
  });
  return `${[...lines, "", ...verdicts].join("\n")}\n`;
}

/** The rows for programs. */
export function doctorJson(environment: string, rows: readonly Row[]): string {
  const document = {
    formatVersion: 1,
    environment,
    readyFor: Object.fromEntries(NEEDS.map((need) => [need, ready(rows, need)])),
    rows: rows.map(({ fix, ...row }) => ({ ...row, fix: fix ?? null })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
