import type { Paint } from "../../paint.ts";
import type { HostUse, PartStatus, Reconciliation, StatusReport, Thresholds } from "./report.ts";

/** A status for the terminal. `now` is in milliseconds since 1970. */
export function renderStatus(report: StatusReport, paint: Paint, now: number): string {
  const { environment, way, url, since, readiness, turnsActive, parts, host, storagePercent, thresholds, alerts } =
    report;
  if (way === null) return `${environment}: nothing is up (blueprint up ${environment})\n`;
  const state = readiness === "ready" ? paint("green", readiness) : paint("red", readiness ?? "unknown");
  const turns =
    turnsActive === null ? "unknown (the metrics don't answer, or ask for the token)" : `${turnsActive} active`;
  const lines = [
    `${paint("bold", environment)}  ${way}  ${url}  ${state}  up ${since === null ? "unknown" : age(since, now)}`,
    `  turns    ${turns}`,
    ...parts.flatMap((part) => partLines(part, now)),
    `  machine  ${hostWords(host)}`,
    `  storage  ${storagePercent === null ? "unknown" : `${storagePercent.toFixed(0)} %`}`,
    ...reconciliationLines(report.reconciliation),
    `  alerts   from ${thresholdWords(thresholds)}`,
    ...alerts.map(({ about, found, threshold }) => paint("red", `  ALERT    ${about}: ${found} (from ${threshold})`)),
  ];
  return `${lines.join("\n")}\n`;
}

function partLines(part: PartStatus, now: number): string[] {
  const { key, name, state, health, restarts, lastRestart, startedAt, cpu, memory, network } = part;
  const facts = [
    state,
    ...(health === null ? [] : [health]),
    ...(startedAt === null ? [] : [`for ${age(startedAt, now)}`]),
    `${restarts} restart${restarts === 1 ? "" : "s"}${lastRestart === null ? "" : ` (it ${lastRestart})`}`,
    ...(cpu === null ? [] : [`CPU ${cpu.cores.toFixed(2)} of ${cpu.limit}`]),
    ...(memory === null ? [] : [`memory ${memory.usedMiB.toFixed(0)} of ${memory.limitMiB} MiB`]),
    ...(network === null ? [] : [networkWords(network)]),
  ];
  return [`  ${key.padEnd(7)}  ${name}: ${facts.join(", ")}`];
}

function hostWords({ cpuPercent, memoryPercent, diskPercent, network }: HostUse): string {
  const percent = (name: string, value: number | null) => (value === null ? [] : [`${name} ${value.toFixed(0)} %`]);
  const words = [
    ...percent("CPU", cpuPercent),
    ...percent("memory", memoryPercent),
    ...percent("disk", diskPercent),
    ...(network === null ? [] : [networkWords(network)]),
  ];
  return words.length === 0 ? "unknown" : words.join(", ");
}

function thresholdWords({ cpuPercent, memoryPercent, diskPercent, restarts, errorPercent }: Thresholds): string {
  return `CPU ${cpuPercent} % and memory ${memoryPercent} % of their limits, storage ${diskPercent} %, ${restarts} restarts, ${errorPercent} % of requests failed`;
}

function networkWords({ receivedMiB, sentMiB }: { readonly receivedMiB: number; readonly sentMiB: number }): string {
  return `received ${receivedMiB.toFixed(1)} MiB, sent ${sentMiB.toFixed(1)} MiB`;
}

function reconciliationLines(reconciliation: Reconciliation | null): string[] {
  if (reconciliation === null) return [];
  const { needed, why, limits } = reconciliation;
  const words = needed === null ? "can't tell" : needed ? "would lower limits" : "nothing to do";
  return [
    `  limits   ${words}: ${why}`,
    ...limits.map(({ key, cpu, memoryMiB }) => `           ${key}: CPU ${cpu}, memory ${memoryMiB} MiB`),
  ];
}

/** Time since a moment: `3 d 4 h`, `4 h 5 min`, `5 min 6 s`. */
function age(since: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  const parts = [
    { unit: "d", size: 86_400 },
    { unit: "h", size: 3600 },
    { unit: "min", size: 60 },
    { unit: "s", size: 1 },
  ];
  const first = parts.findIndex(({ size }) => seconds >= size);
  if (first < 0) return "0 s";
  let rest = seconds;
  const told = parts.slice(first, first + 2).map(({ unit, size }) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return `${count} ${unit}`;
  });
  return told.join(" ");
}
