import { mkdir } from "node:fs/promises";
import { relative } from "node:path";
import { renderLocalPodman } from "../../../../components/topology/index.ts";
import { EXIT } from "../exit.ts";
import { writeManifests } from "../manifests.ts";
import { terminalPaint } from "../paint.ts";
import { planEnvironment } from "../plan/plan-environment.ts";
import { renderText } from "../plan/text.ts";
import { chooseWay, type Way, type WayChoice } from "./choose-way.ts";
import { type DesktopReport, desktopReport } from "./desktop-report.ts";
import { upEmbedded } from "./embedded/up-embedded.ts";
import { askEngine } from "./engine-client.ts";
import { RunFailure } from "./failure.ts";
import { type Place, placeOf } from "./place.ts";
import { upPulumi } from "./pulumi/up-pulumi.ts";
import { findPulumi, obtainPulumi, type PulumiEngine } from "./pulumi-engine.ts";
import { requireNoOtherRun } from "./run-record.ts";
import { step } from "./step.ts";

/** What both ways of bringing an environment up start from. */
export interface UpRequest {
  readonly report: DesktopReport;
  readonly place: Place;
  /** Why this way was taken. */
  readonly why: string;
  /** Whether nothing is asked. */
  readonly yes: boolean;
  /** Path of the plan's report. */
  readonly reportFile: string;
}

/** Plans an environment, stops where its gate is closed, and brings it up. Returns the command's exit code. */
export async function bringUp(
  environment: string,
  options: { readonly way: Way | "auto"; readonly yes: boolean },
): Promise<number> {
  const place = placeOf(environment);
  // Before the plan and a download: who has it running already needn't wait for them.
  await requireNoOtherRun(place, options.way === "embedded" ? "embedded" : "pulumi");
  const report = desktopReport(
    await step(`plan ${environment} and check it against the policies`, () => planEnvironment(environment)),
  );
  if (!report.ok) {
    process.stdout.write(renderText(report, terminalPaint));
    return EXIT.refused;
  }

  const { choice, pulumi } = await look(report, options.way);
  if (choice.kind === "impossible") {
    throw new RunFailure({
      place: "--way",
      found: `pulumi, but ${choice.why}`,
      mend: `mend that (blueprint doctor ${environment} tells how), or use --way embedded`,
    });
  }
  await requireNoOtherRun(place, choice.way);
  const reportFile = await writeFiles(report, place);
  const request = { report, place, why: choice.why, yes: options.yes, reportFile };
  if (choice.way === "pulumi" && pulumi !== undefined) return upPulumi({ ...request, pulumi });
  return upEmbedded(request);
}

async function look(
  report: DesktopReport,
  asked: Way | "auto",
): Promise<{ readonly choice: WayChoice; readonly pulumi: PulumiEngine | undefined }> {
  const missing = { kind: "missing", why: "not looked for" } as const;
  if (asked === "embedded")
    return { choice: chooseWay(asked, { engine: missing, pulumi: missing }), pulumi: undefined };
  return step("look for a container engine and for Pulumi", async (tell) => {
    const engine = await askEngine(report.plan.engine);
    // Without an engine the download of Pulumi would be for nothing.
    const found = engine.kind === "there" ? await obtainPulumi(tell) : await findPulumi();
    const pulumi = found.kind === "there" ? found.engine : undefined;
    return { choice: chooseWay(asked, { engine, pulumi: found }), pulumi };
  });
}

/** Writes what a desktop app's connector and an operator read, and returns the report's path. */
async function writeFiles(report: DesktopReport, place: Place): Promise<string> {
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  const folder = relative(process.cwd(), place.folder);
  await writeManifests(renderLocalPodman(report.plan), folder);
  const { writeReport } = await import("../plan/html/write.ts");
  return writeReport(report, `${folder}/report.html`);
}
