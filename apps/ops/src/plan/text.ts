import type { Paint } from "../paint.ts";
import { changeCounts, changeLines } from "./changes.ts";
import type { PolicyFinding } from "./policy-gate.ts";
import type { Promises } from "./promised.ts";
import { formatMiB } from "./promises.ts";
import type { PlanReport } from "./report.ts";
import { notChosenWords, placeWords, runsOnWords } from "./runs-on.ts";
import { policyCounts, resourceCounts, stops } from "./words.ts";

/** A plan for the terminal. */
export function renderText(report: PlanReport, paint: Paint): string {
  const { environment, topology, runsOn, policies, promises, messages } = report;
  const lines = [
    `${paint("bold", environment)}  ${topology} on ${runsOnWords(runsOn)}  ${paint("dim", placeWords(runsOn))}`,
    ...notChosenWords(runsOn).map((line) => `  ${paint("dim", line)}`),
    "",
    ...treeLines(report, paint),
    `${resourceCounts(report)}, ${report.seconds.toFixed(1)} s`,
    ...againstLines(report, paint),
    ...messages.map(({ severity, text }) => `${paint("yellow", severity)}  ${text}`),
    "",
    `${paint("bold", "policies")}  ${policies.pack} ${policies.version}: ${policyCounts(policies)}`,
    ...policies.findings.flatMap((finding) => findingLines(finding, paint)),
    "",
    paint("bold", "promises"),
    ...promiseLines(promises, paint),
    "",
    report.ok ? paint("green", "the gate is open") : paint("red", "the gate is closed: nothing may go up"),
  ];
  return `${lines.join("\n")}\n`;
}

function againstLines({ against }: PlanReport, paint: Paint): string[] {
  if (against === undefined) return [];
  return [
    "",
    `${paint("bold", "changes")}  ${changeCounts(against.changes)}  ${paint("dim", `against ${against.path}; secrets aren't compared`)}`,
    ...changeLines(against.changes, paint),
  ];
}

function treeLines({ tree }: PlanReport, paint: Paint): string[] {
  return tree.map(({ depth, type, name, facts }) => {
    const tail = facts.length === 0 ? "" : `  ${paint("dim", facts.join(", "))}`;
    return `${"  ".repeat(depth)}${paint("green", "+")} ${paint("cyan", type)} ${name}${tail}`;
  });
}

function findingLines({ policy, weight, resource, found, mend }: PolicyFinding, paint: Paint): string[] {
  const mark = stops(weight) ? paint("red", "✗") : paint("yellow", "!");
  return [
    `  ${mark} ${paint("bold", policy)}  ${resource === undefined ? "" : `${resource}: `}${found}`,
    ...(mend === undefined ? [] : [`      ${mend}`]),
  ];
}

function promiseLines({ turns, capacity, cost, unknown }: Promises, paint: Paint): string[] {
  const mark = (kept: boolean) => (kept ? paint("green", "✓") : paint("red", "✗"));
  const holders = turns.links.map(({ holder, timeout }) => `${holder}, ${timeout}`);
  const width = Math.max(...holders.map(({ length }) => length));
  return [
    `  ${mark(turns.kept)} turns     ${turns.maxSeconds} s, which no deployment ends; a heartbeat every ${turns.heartbeatSeconds} s`,
    ...turns.links.map(
      (link, index) =>
        `      ${mark(link.kept)} ${holders[index]?.padEnd(width)}  ${`${link.seconds}`.padStart(4)} s ${link.kept ? "≥" : "<"} ${`${link.atLeastSeconds}`.padStart(4)} s of ${link.counts.padEnd(7)}  ${paint("dim", link.because)}`,
    ),
    ...capacity.map(({ resource, unit, requested, limited, available, fitsAtLimit }) => {
      const print = (amount: number) => (unit === "MiB" ? formatMiB(amount) : `${amount}`);
      const unitWord = unit === "cores" ? " cores" : "";
      const most = `at most ${print(limited)} ${fitsAtLimit ? "≤" : ">"} ${print(available)}${unitWord}`;
      const allowed = fitsAtLimit ? "" : "  more than there is: resources.host.allowOversubscription permits it";
      return `  ${fitsAtLimit ? mark(true) : paint("yellow", "!")} ${resource.padEnd(8)}  sure of ${print(requested)}, ${most}${allowed}`;
    }),
    `  ${mark(true)} cost      ${cost}`,
    ...unknown.map(({ what, why }) => `  ${paint("yellow", "?")} unknown   ${what}: ${paint("dim", why)}`),
  ];
}
