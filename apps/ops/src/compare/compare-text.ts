import { formatProblem } from "../../../../components/core/index.ts";
import type { Paint } from "../paint.ts";
import type { Candidate } from "./compare-environment.ts";

/** Stands where an orchestrator has nothing of a kind. */
const NOTHING = "–";
const GAP = "  ";

/** One row for every orchestrator's column. */
interface Row {
  readonly title: string;
  readonly cells: readonly string[];
}

/** The candidates side by side, then in full what each refuses. */
export function compareText(environment: string, candidates: readonly Candidate[], paint: Paint): string {
  const groups = [
    { heading: undefined, rows: verdictRows(candidates) },
    { heading: "creates", rows: resourceRows(candidates) },
    { heading: "turn chain", rows: turnRows(candidates) },
    { heading: "when everything runs at once", rows: capacityRows(candidates) },
  ].filter(({ rows }) => rows.length > 0);
  const all = groups.flatMap(({ rows }) => rows);
  const titleWidth = Math.max(...all.map(({ title }) => title.length));
  const widths = candidates.map((_, column) => Math.max(...all.map(({ cells }) => (cells[column] ?? "").length)));

  const line = ({ title, cells }: Row, style?: "bold") => {
    const padded = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const text = [title.padEnd(titleWidth), ...padded].join(GAP).trimEnd();
    return style === undefined ? text : paint(style, text);
  };
  const table = groups.flatMap(({ heading, rows }) =>
    heading === undefined
      ? rows.map((row, index) => line(row, index === 0 ? "bold" : undefined))
      : ["", paint("dim", heading), ...rows.map((row) => line(row))],
  );
  const refusals = candidates.flatMap((one) =>
    one.kind === "planned"
      ? []
      : [
          "",
          paint("red", `✗ ${one.orchestrator} refuses ${count(one.problems.length, "setting")}`),
          ...one.problems.map((problem) => formatProblem(environment, problem)),
        ],
  );
  return `${[...table, ...refusals].join("\n")}\n`;
}

function verdictRows(candidates: readonly Candidate[]): Row[] {
  return [
    { title: "", cells: candidates.map(({ orchestrator }) => orchestrator) },
    {
      title: "verdict",
      cells: candidates.map((one) => (one.kind === "planned" ? "✓ can" : `✗ refuses ${one.problems.length}`)),
    },
    { title: "its own settings", cells: candidates.map(({ own }) => (own ? "the environment's" : "defaults")) },
    { title: "endpoint", cells: planned(candidates, ({ plan }) => plan.client.endpoints.api) },
  ];
}

function resourceRows(candidates: readonly Candidate[]): Row[] {
  const types = [
    ...new Set(candidates.flatMap((one) => (one.kind === "planned" ? Object.keys(one.resources) : []))),
  ].sort();
  if (types.length === 0) return [];
  const total = planned(candidates, ({ resources }) =>
    count(
      Object.values(resources).reduce((sum, some) => sum + some, 0),
      "resource",
    ),
  );
  return [
    ...types.map((type) => ({
      title: type,
      cells: planned(candidates, ({ resources }) => (resources[type] === undefined ? NOTHING : `${resources[type]}`)),
    })),
    { title: "together", cells: total },
  ];
}

function turnRows(candidates: readonly Candidate[]): Row[] {
  const rows = [
    { title: "stop grace", seconds: "stopGraceSeconds" },
    { title: "agent's drain", seconds: "drainSeconds" },
    { title: "proxy timeout", seconds: "proxyTimeoutSeconds" },
    { title: "serves on before it stops", seconds: "preStopSeconds" },
    { title: "new replica is watched", seconds: "monitorSeconds" },
    { title: "progress deadline", seconds: "progressDeadlineSeconds" },
    { title: "scale-down window", seconds: "scaleDownWindowSeconds" },
    { title: "systemd's stop", seconds: "unitStopSeconds" },
  ] as const;
  return rows
    .map(({ title, seconds }) => ({
      title,
      cells: planned(candidates, ({ plan }) => {
        const value = plan.turns[seconds];
        return value === undefined ? NOTHING : `${value} s`;
      }),
    }))
    .filter(({ cells }) => cells.some((cell) => cell.endsWith(" s")));
}

function capacityRows(candidates: readonly Candidate[]): Row[] {
  const rows = [
    { title: "CPU asked for", of: "cpu", print: (amount: number) => `${amount / 1000}` },
    { title: "memory asked for, MiB", of: "memoryMiB", print: String },
  ] as const;
  const shares = rows.map(({ title, of, print }) => ({
    title,
    cells: planned(candidates, ({ plan }) => {
      const { hosts } = plan.capacity.placement;
      const sum = (key: "requested" | "available") => hosts.reduce((total, host) => total + host[of][key], 0);
      return `${print(sum("requested"))} of ${print(sum("available"))}`;
    }),
  }));
  return [
    { title: "replicas", cells: planned(candidates, ({ plan }) => `${plan.capacity.placement.placed.length}`) },
    ...shares,
  ].filter(({ cells }) => cells.some((cell) => cell !== NOTHING));
}

/** A cell for each column; nothing stands where an orchestrator refuses. */
function planned(
  candidates: readonly Candidate[],
  cell: (one: Extract<Candidate, { readonly kind: "planned" }>) => string,
): string[] {
  return candidates.map((one) => (one.kind === "planned" ? cell(one) : NOTHING));
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
