import { AGENT_TURN_PATH } from "../../../../components/orchestration/index.ts";
import type { Way } from "./choose-way.ts";
import type { DesktopReport } from "./desktop-report.ts";

/** What is printed when an environment is up. */
interface Summary {
  readonly report: DesktopReport;
  readonly way: Way;
  readonly why: string;
  readonly reportFile: string;
  /** Lines below the others, by what they are about. */
  readonly further: readonly (readonly [about: string, line: string])[];
}

const WAY_WORDS = {
  pulumi: "in containers, through the Pulumi engine",
  embedded: "embedded: the agent as a process of this machine",
} as const satisfies Record<Way, string>;

/** What runs, why so, how to talk to it and where to look further. */
export function upSummary({ report, way, why, reportFile, further }: Summary): string {
  const { environment, plan } = report;
  const { address, authentication } = plan.desktop.agent;
  const token = authentication !== "none" ? ' -H "Authorization: Bearer $TOKEN"' : "";
  const rows: (readonly [string, string])[] = [
    ["way", `${WAY_WORDS[way]}`],
    ["because", why],
    ["url", address],
    [
      "try",
      `curl -N ${address}${AGENT_TURN_PATH}${token} -H 'content-type: application/json' -d '{"message":"What is 12 * (7+3)?"}'`,
    ],
    ["desktop", `.blueprint/${environment}/desktop.json`],
    ["report", reportFile],
    ...further,
  ];
  const width = Math.max(...rows.map(([about]) => about.length));
  return `${environment} is up\n${rows.map(([about, line]) => `  ${about.padEnd(width)}  ${line}`).join("\n")}\n`;
}
