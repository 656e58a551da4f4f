import { ORCHESTRATORS, parityRows } from "../../components/orchestration/index.ts";
import { markdownTable } from "./markdown-table.ts";

/** What each orchestrator does with every leaf of a workload, from the adapters' own declarations. */
export function orchestratorsPage(): string {
  const rows = parityRows();
  const counts = ORCHESTRATORS.map((one) => `${one} honours ${rows.filter(({ words }) => words[one].honoured).length}`);
  const table = markdownTable(
    ["A workload's", "says", ...ORCHESTRATORS],
    rows.map(({ leaf, says, words }) => [
      `\`${leaf}\``,
      says,
      ...ORCHESTRATORS.map((one) => `${words[one].honoured ? "✓" : "✗"} ${words[one].text}`),
    ]),
  );
  return `# What each orchestrator does with a workload

Made by \`npm run docs\` from the adapters' own declarations (\`components/orchestration/*/*.declaration.ts\`); a test fails
where an adapter drops what it declares. What a row refuses is refused by the plan, at the setting's place, with what to
use instead.

Of ${rows.length} leaves: ${counts.join(", ")}.

${table}
`;
}
