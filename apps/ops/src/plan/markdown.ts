import type { PolicyFinding } from "./policy-gate.ts";
import { countsWords, formatMiB } from "./promises.ts";
import type { PlanReport } from "./report.ts";
import { notChosenWords, runsOnWords } from "./runs-on.ts";
import { policyCounts, resourceCounts, stops } from "./words.ts";

/** A plan for a pull request's comment: what stops it first, then the summary, the rest folded. The same plan gives the same text. */
export function renderMarkdown(report: PlanReport): string {
  const { environment, policies, messages } = report;
  const stopping = policies.findings.filter(({ weight }) => stops(weight));
  const others = policies.findings.filter(({ weight }) => !stops(weight));
  const sections = [
    `## ${report.ok ? "✅" : "❌"} Plan of \`${environment}\`: ${report.ok ? "the gate is open" : "the gate is closed"}`,
    ...(stopping.length > 0 ? [`### What stops it\n\n${findingList(stopping)}`] : []),
    summaryTable(report),
    ...(messages.length > 0
      ? [messages.map(({ severity, text }) => `> **${severity}** ${escaped(text)}`).join("\n>\n")]
      : []),
    ...(others.length > 0 ? [folded(`Policies: ${policyCounts(policies)}`, findingList(others))] : []),
    folded(`Resources: ${resourceCounts(report)}`, treeBlock(report)),
    folded(`Turns: ${report.promises.turns.maxSeconds} s, which no deployment ends`, turnTable(report)),
    folded("What a plan can't know", unknownList(report)),
  ];
  return `${sections.join("\n\n")}\n`;
}

function summaryTable(report: PlanReport): string {
  const { runsOn, policies, promises } = report;
  const broken = promises.turns.links.filter(({ kept }) => !kept).length;
  const rows = [
    ["Topology", `${report.topology} on ${[runsOnWords(runsOn), ...notChosenWords(runsOn)].join("; ")}`],
    ["Resources", resourceCounts(report)],
    ["Policies", `${policies.pack} ${policies.version}: ${policyCounts(policies)}`],
    [
      "Turns",
      `${promises.turns.maxSeconds} s: ${broken === 0 ? `${promises.turns.links.length} of ${promises.turns.links.length} timeouts keep it` : `${broken} timeouts are too short`}`,
    ],
    ...promises.capacity.map(({ resource, unit, requested, limited, available }) => {
      const print = (amount: number) => (unit === "MiB" ? formatMiB(amount) : `${amount} ${unit}`);
      return [`Capacity, ${resource}`, `sure of ${print(requested)}, at most ${print(limited)} of ${print(available)}`];
    }),
    ["Cost", promises.cost],
  ];
  return table(["", environmentHeading(report)], rows);
}

function environmentHeading({ environment }: PlanReport): string {
  return `\`${environment}\``;
}

function turnTable({ promises }: PlanReport): string {
  return table(
    ["Who waits", "Timeout", "Counts", "Has", "Needs", "Because"],
    promises.turns.links.map((link) => [
      `${link.kept ? "✅" : "❌"} ${link.holder}`,
      link.timeout,
      countsWords(link.counts, promises.turns.heartbeatSeconds),
      `${link.seconds} s`,
      `${link.atLeastSeconds} s`,
      link.because,
    ]),
  );
}

function findingList(findings: readonly PolicyFinding[]): string {
  return findings
    .map(({ policy, weight, resource, found, mend }) => {
      const where = resource === undefined ? "" : ` on \`${resource}\``;
      const advice = mend === undefined ? "" : `\n  **Fix:** ${escaped(mend)}`;
      return `- ${stops(weight) ? "❌" : "⚠️"} **${policy}**${where}: ${escaped(found)}${advice}`;
    })
    .join("\n");
}

function treeBlock({ tree }: PlanReport): string {
  const lines = tree.map(
    ({ depth, type, name, facts }) =>
      `+ ${"  ".repeat(depth)}${type} ${name}${facts.map((fact) => `  ${fact}`).join("")}`,
  );
  return `\`\`\`diff\n${lines.join("\n")}\n\`\`\``;
}

function unknownList({ promises }: PlanReport): string {
  return promises.unknown.map(({ what, why }) => `- **${what}**: ${escaped(why)}`).join("\n");
}

function folded(summary: string, body: string): string {
  return `<details>\n<summary>${escaped(summary)}</summary>\n\n${body}\n\n</details>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map((cells) => line(cells.map(escaped)))].join("\n");
}

/** Text that Markdown and HTML take as it is. */
function escaped(text: string): string {
  return text
    .replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign] ?? sign)
    .replace(/[*_`]/g, "\\$&");
}
