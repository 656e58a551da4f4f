import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { EXIT } from "../../exit.ts";
import type { UpRequest } from "../bring-up.ts";
import { clearPlace } from "../clear-place.ts";
import { canAsk, confirm } from "../confirm.ts";
import { requireNobodyListens } from "../embedded/port-owner.ts";
import { type HeldAt, heldWords, listHeld, openHolding } from "../engines/index.ts";
import { RunFailure } from "../failure.ts";
import type { PulumiEngine } from "../pulumi-engine.ts";
import { claimRun, findRun, updateRun } from "../run-record.ts";
import { step } from "../step.ts";
import { upSummary } from "../summary.ts";
import type { DeployTarget } from "../targets/index.ts";
import { downPulumi, isDeployed, keptOf } from "./down-pulumi.ts";
import { OperationCancelled, runOperation } from "./operation.ts";
import { release } from "./protection.ts";
import { selectStack } from "./stack.ts";

/** Environment that real users are served by: the stricter policy pack. */
const PRODUCTION = "prod";

type PulumiRequest = UpRequest & { readonly pulumi: PulumiEngine; readonly target: DeployTarget };

/** Brings an environment up in containers, through the Pulumi engine. Returns the command's exit code. */
export async function upPulumi(request: PulumiRequest): Promise<number> {
  const { report, target, place, why, yes, reportFile } = request;
  const { environment } = report;
  const found = await findRun(place);
  const running = found.kind === "live" && found.run.way === "pulumi" ? found.run : undefined;
  const isNew = running === undefined && !(await isDeployed(environment, place));
  if (isNew) await requireFreePorts(target);
  const run = {
    way: "pulumi",
    environment,
    url: target.url,
    startedAt: running?.startedAt ?? new Date().toISOString(),
    stopGraceSeconds: target.stopGraceSeconds,
  } as const;
  // Written before anything is made, so that down finds what a failed update leaves.
  await (running === undefined ? claimRun(place, run) : updateRun(place, run));

  const stack = await prepare(request).catch(async (error: unknown) => {
    if (isNew) await rm(place.record, { force: true });
    throw error;
  });
  const policyPacks = [packFolder(environment)];
  await release(stack, request.released);
  if (running !== undefined && !yes && canAsk() && !(await agreed(stack, environment, policyPacks)))
    return EXIT.refused;

  const hadData = isNew && (await hasVolumes(target));
  try {
    await step(`bring ${environment} up`, (tell) =>
      runOperation("up", tell, (options) => stack.up({ ...options, policyPacks })),
    );
  } catch (error) {
    throw isNew && error instanceof OperationCancelled ? await undone(request, stack, hadData) : error;
  }
  await startAtRest(target);
  const notes = await step(`wait until the agent at ${run.url} is ready`, (tell) => target.untilServes(tell));
  const further = [
    ...notes.map((note) => ["note", note] as const),
    ["logs", `blueprint logs ${environment} --follow`],
    ["status", `blueprint status ${environment}`],
    ["stop", `blueprint down ${environment}`],
  ] as const;
  process.stdout.write(upSummary({ report, way: "pulumi", why, reportFile, further }));
  return EXIT.ok;
}

/** Everything that can go wrong before something of the environment is made. */
async function prepare({ report, target, place, pulumi }: PulumiRequest): Promise<Stack> {
  await step("make sure that the images are there", (tell) => target.ensureImages(tell));
  return step("open the state", () => selectStack(report.environment, place, pulumi));
}

/** Nothing ran before: a cancelled start leaves nothing either, but for data that were there already. */
async function undone({ report, place }: UpRequest, stack: Stack, hadData: boolean): Promise<RunFailure> {
  const { environment } = report;
  const { deployment } = await stack.exportStack();
  await downPulumi(environment, { stack, ...keptOf(deployment) }, place, hadData ? "keep" : "delete");
  await clearPlace(place, "keep");
  return new RunFailure({
    place: `environment ${environment}`,
    found: "was cancelled; what had been made is removed",
    mend: `blueprint up ${environment} begins anew`,
  });
}

/** An engine notices a taken port only when it starts the container, and says it in many words. */
async function requireFreePorts({ ports, onThisMachine }: DeployTarget): Promise<void> {
  if (!onThisMachine) return;
  await requireNobodyListens(ports.flatMap((one) => (one.protocol === "tcp" ? { ...one, hostPort: one.port } : [])));
}

function heldBy({ environment, engines }: DeployTarget): Promise<HeldAt[]> {
  return listHeld(engines.map(openHolding), environment);
}

/** Whether a volume of the plan is there already, with the data of an earlier deployment or of somebody else. */
async function hasVolumes({ volumes }: DeployTarget): Promise<boolean> {
  const found = await Promise.all(volumes.map(({ engine, name }) => openHolding(engine).hasVolume(name)));
  return found.some((there) => there);
}

/** Starts what is at rest; Pulumi doesn't look at whether a container runs. */
async function startAtRest(target: DeployTarget): Promise<void> {
  // The oldest first: what others wait for was made before them.
  const atRest = (await heldBy(target)).filter(({ held }) => held.atRest).reverse();
  if (atRest.length === 0) return;
  await step(`start what is at rest: ${atRest.map(({ held }) => heldWords(held)).join(", ")}`, async () => {
    for (const { engine, held } of atRest) await engine.start(held);
  });
}

/** Shows what would change of what runs, and asks. */
async function agreed(stack: Stack, environment: string, policyPacks: string[]): Promise<boolean> {
  const { changeSummary } = await step("compare the plan with what runs", (tell) =>
    runOperation("preview", tell, (options) => stack.preview({ ...options, policyPacks })),
  );
  const changes = Object.entries(changeSummary).filter(([operation, count]) => operation !== "same" && count > 0);
  if (changes.length === 0) return true;
  const words = changes.map(([operation, count]) => `${operation} ${count}`).join(", ");
  return confirm(`${environment} runs; ${words} (running turns are waited for). Go on?`);
}

function packFolder(environment: string): string {
  const pack = environment === PRODUCTION ? "production" : "baseline";
  return fileURLToPath(new URL(`../../../../../policies/${pack}`, import.meta.url));
}
