import type { CanaryPlan, KubernetesPlan } from "../../../../components/orchestration/index.ts";
import { RunFailure } from "../deploy/failure.ts";
import { placeOf } from "../deploy/place.ts";
import { EXIT } from "../exit.ts";
import { terminalPaint } from "../paint.ts";
import { planEnvironment } from "../plan/plan-environment.ts";
import { renderText } from "../plan/text.ts";

/** Plans an environment, stops where its gate is closed, and rolls it out on its hosts. Returns the exit code. */
export async function rollOut(environment: string): Promise<number> {
  const report = await planEnvironment(environment);
  if (!report.ok) {
    process.stdout.write(renderText(report, terminalPaint));
    return EXIT.refused;
  }
  const { planned } = report;
  const target = planned.kind === "remote-server" ? planned.plan.target : undefined;
  if (target?.kind === "kubernetes" && target.canary) return rollOutCanary(environment, target, target.canary);
  if (target?.kind !== "standalone") {
    throw new RunFailure({
      ...REFUSED[target?.kind ?? "desktop"],
      allowed:
        "remote-server with orchestrator standalone, or kubernetes with topology.workload.update.strategy canary",
    });
  }
  const { rolloutStandalone } = await import("./standalone.ts");
  const steps = await rolloutStandalone(target, {
    environment,
    secretsFile: placeOf(environment).secrets,
    variables: process.env,
  });
  process.stdout.write(steps === 0 ? "nothing to do: every host runs this version\n" : `done in ${steps} steps\n`);
  return EXIT.ok;
}

/** Where versions come otherwise. */
const REFUSED = {
  swarm: {
    place: "topology.orchestrator.kind",
    found: "swarm",
    mend: "a Swarm rolls out and back by itself: pulumi up, or docker stack deploy with the rendered stack.yaml",
  },
  kubernetes: {
    place: "topology.workload.update.strategy",
    found: "another one than canary",
    mend: "set it to canary; with any other, pulumi up brings a new version at once",
  },
  desktop: { place: "topology.kind", found: "local-podman", mend: "run: blueprint up" },
} as const;

/** A first Ctrl-C takes the new version's requests away; a second one ends the command, and the next rollout goes on. */
async function rollOutCanary(environment: string, target: KubernetesPlan, canary: CanaryPlan): Promise<number> {
  const cancelled = new AbortController();
  const cancel = () => cancelled.abort();
  process.once("SIGINT", cancel).once("SIGTERM", cancel);
  try {
    const { rolloutCanary } = await import("./kubernetes/canary.ts");
    const actions = await rolloutCanary(target, canary, { environment, signal: cancelled.signal });
    process.stdout.write(
      actions === 0
        ? "nothing to do: this version takes all requests\n"
        : `done in ${actions} steps: version ${canary.revision} takes all requests\n`,
    );
    return EXIT.ok;
  } finally {
    process.off("SIGINT", cancel).off("SIGTERM", cancel);
  }
}
