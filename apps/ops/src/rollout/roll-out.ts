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
  if (target?.kind !== "standalone") {
    throw new RunFailure({
      place: planned.kind === "remote-server" ? "topology.orchestrator.kind" : "topology.kind",
      found: target?.kind ?? planned.kind,
      allowed: "remote-server with orchestrator standalone",
      mend:
        target?.kind === "swarm"
          ? "a Swarm rolls out and back by itself: pulumi up, or docker stack deploy with the rendered stack.yaml"
          : `run: pulumi up --stack ${environment}`,
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
