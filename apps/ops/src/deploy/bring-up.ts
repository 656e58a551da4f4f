import { mkdir } from "node:fs/promises";
import { relative } from "node:path";
import { type Manifest, renderLocalPodman, renderRemoteServer } from "../../../../components/topology/index.ts";
import type { EnvironmentPlan } from "../../../../stacks/plan.ts";
import { EXIT } from "../exit.ts";
import { writeManifests } from "../manifests.ts";
import { terminalPaint } from "../paint.ts";
import { planEnvironment } from "../plan/plan-environment.ts";
import type { PlanReport } from "../plan/report.ts";
import { renderText } from "../plan/text.ts";
import { chooseWay, type Way, type WayChoice } from "./choose-way.ts";
import { consentToLoss } from "./data-loss.ts";
import { desktopReport } from "./desktop-report.ts";
import { upEmbedded } from "./embedded/up-embedded.ts";
import { askEngines } from "./engines/index.ts";
import { RunFailure } from "./failure.ts";
import { type Place, placeOf } from "./place.ts";
import { upPulumi } from "./pulumi/up-pulumi.ts";
import { findPulumi, obtainPulumi, type PulumiEngine } from "./pulumi-engine.ts";
import { findRun, requireNoOtherRun } from "./run-record.ts";
import { step } from "./step.ts";
import { type DeployTarget, targetOf } from "./targets/index.ts";

/** Plans an environment, stops where its gate is closed, and brings it up. Returns the command's exit code. */
export async function bringUp(
  environment: string,
  options: { readonly way: Way | "auto"; readonly yes: boolean; readonly deleteData: boolean },
): Promise<number> {
  const place = placeOf(environment);
  // Before the plan and a download: who has it running already needn't wait for them.
  await requireNoOtherRun(place, options.way === "embedded" ? "embedded" : "pulumi");
  const report = await step(`plan ${environment} and check it against the policies`, () =>
    planEnvironment(environment),
  );
  if (!report.ok) {
    process.stdout.write(renderText(report, terminalPaint));
    return EXIT.refused;
  }

  const target = targetOf(report.planned);
  const { choice, pulumi } = await look(report, target, options.way);
  if (choice.kind === "impossible" || choice.way === "embedded")
    await requireNotInContainers(place, environment, choice);
  if (choice.kind === "impossible") {
    throw new RunFailure({
      place: "--way",
      found: `pulumi, but ${choice.why}`,
      mend: `mend that (blueprint doctor ${environment} tells how)${report.planned.kind === "local-podman" ? ", or use --way embedded" : ""}`,
    });
  }
  await requireNoOtherRun(place, choice.way);
  const released = choice.way === "pulumi" ? await consentToLoss(report, options) : [];
  const reportFile = await writeFiles(report, place);
  const request = { report, place, why: choice.why, yes: options.yes, reportFile, released };
  if (choice.way === "pulumi" && pulumi !== undefined) return upPulumi({ ...request, target, pulumi });
  return upEmbedded({ ...request, report: desktopReport(report) });
}

async function look(
  report: PlanReport,
  target: DeployTarget,
  wished: Way | "auto",
): Promise<{ readonly choice: WayChoice; readonly pulumi: PulumiEngine | undefined }> {
  const missing = { kind: "missing", why: "not looked for" } as const;
  // Only a desktop's agent can be a process of this machine.
  const asked = report.planned.kind === "remote-server" && wished === "auto" ? "pulumi" : wished;
  if (asked === "embedded") {
    desktopReport(report);
    return { choice: chooseWay(asked, { engine: missing, pulumi: missing }), pulumi: undefined };
  }
  return step("look for the engines and for Pulumi", async (tell) => {
    const engine = await askEngines(target.engines);
    // Without an engine the download of Pulumi would be for nothing.
    const found = engine.kind === "there" ? await obtainPulumi(tell) : await findPulumi();
    const pulumi = found.kind === "there" ? found.engine : undefined;
    return { choice: chooseWay(asked, { engine, pulumi: found }), pulumi };
  });
}

/** What runs in containers comes back with its engine: a process beside it would have other data. */
async function requireNotInContainers(place: Place, environment: string, { why }: WayChoice): Promise<void> {
  const found = await findRun(place);
  if (found.kind !== "live" || found.run.way !== "pulumi") return;
  throw new RunFailure({
    place: `environment ${environment}`,
    found: `runs in containers since ${found.run.startedAt}, but ${why}`,
    mend: `mend that: its containers come back as their restart policy says; then run blueprint up ${environment} again`,
  });
}

/** Writes what connectors and an operator read, and returns the report's path. */
async function writeFiles(report: PlanReport, place: Place): Promise<string> {
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  const folder = relative(process.cwd(), place.folder);
  await writeManifests(manifestsOf(report.planned), folder);
  const { writeReport } = await import("../plan/html/write.ts");
  return writeReport(report, `${folder}/report.html`);
}

function manifestsOf(planned: EnvironmentPlan): Manifest[] {
  return planned.kind === "local-podman" ? renderLocalPodman(planned.plan) : renderRemoteServer(planned.plan);
}
