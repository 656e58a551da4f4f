import { AGENT_TURN_PATH } from "../../../../components/orchestration/index.ts";
import type { EnvironmentPlan } from "../../../../stacks/plan.ts";
import type { PlanReport } from "../plan/report.ts";
import type { Way } from "./choose-way.ts";

/** What is printed when an environment is up. */
interface Summary {
  readonly report: PlanReport;
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
  const { environment, planned } = report;
  const { address, asksToken, file } = contactOf(planned);
  const token = asksToken ? ' -H "Authorization: Bearer $TOKEN"' : "";
  const rows: (readonly [string, string])[] = [
    ["way", `${WAY_WORDS[way]}`],
    ["because", why],
    ["url", address],
    [
      "try",
      `curl -N ${address}${AGENT_TURN_PATH}${token} -H 'content-type: application/json' -d '{"message":"What is 12 * (7+3)?"}'`,
    ],
    [file.about, `.blueprint/${environment}/${file.name}`],
    ["report", reportFile],
    ...further,
  ];
  const width = Math.max(...rows.map(([about]) => about.length));
  return `${environment} is up\n${rows.map(([about, line]) => `  ${about.padEnd(width)}  ${line}`).join("\n")}\n`;
}

/** How clients talk to it, and the file in which their connectors read that. */
function contactOf(planned: EnvironmentPlan) {
  switch (planned.kind) {
    case "local-podman": {
      const { address, authentication } = planned.plan.desktop.agent;
      return { address, asksToken: authentication !== "none", file: { about: "desktop", name: "desktop.json" } };
    }
    case "remote-server": {
      const { endpoints, authentication } = planned.plan.client;
      return {
        address: endpoints.api,
        asksToken: authentication.kind !== "none",
        file: { about: "client", name: "client.json" },
      };
    }
  }
}
