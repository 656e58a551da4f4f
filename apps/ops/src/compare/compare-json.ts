import type { Candidate } from "./compare-environment.ts";

/** The candidates for programs. */
export function compareJson(environment: string, candidates: readonly Candidate[]): string {
  const document = {
    formatVersion: 1,
    environment,
    orchestrators: candidates.map((one) =>
      one.kind === "planned"
        ? {
            orchestrator: one.orchestrator,
            ok: true,
            ownSettings: one.own,
            endpoint: one.plan.client.endpoints.api,
            resources: one.resources,
            turns: one.plan.turns,
            hosts: one.plan.capacity.placement.hosts,
            problems: [],
          }
        : { orchestrator: one.orchestrator, ok: false, ownSettings: one.own, problems: one.problems },
    ),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
