import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { EXIT } from "../../exit.ts";
import { clearPlace } from "../clear-place.ts";
import { canAsk, confirm } from "../confirm.ts";
import { type HeldAt, heldWords, listHeld, openHolding, type Remembered } from "../engines/index.ts";
import { RunFailure } from "../failure.ts";
import { findOwner, makeOwner, ownPlace } from "../owner.ts";
import type { Place } from "../place.ts";
import { requireFreePorts } from "../ports.ts";
import type { PulumiEngine } from "../pulumi-engine.ts";
import { clearDeadLocks } from "../recovery/dead-lock.ts";
import { healState } from "../recovery/heal-state.ts";
import { readKnownState } from "../recovery/known-state.ts";
import { compareWithState } from "../recovery/plan-recovery.ts";
import { recoverAloud, requireOwn } from "../recovery/recover.ts";
import { rememberServing, serveOn } from "../recovery/serve-on.ts";
import { sweep } from "../recovery/sweep.ts";
import { claimRun, findRun, updateRun } from "../run-record.ts";
import { step, type Tell } from "../step.ts";
import { upSummary } from "../summary.ts";
import type { DeployTarget } from "../targets/index.ts";
import type { UpRequest } from "../up-request.ts";
import { readDeployment } from "./deployment.ts";
import { downPulumi, keptOf } from "./down-pulumi.ts";
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
  await clearLocks(environment, place, target.stopGraceSeconds);
  const known = await readKnownState(environment, place);
  const isNew = running === undefined && known === undefined;
  let held = await heldBy(target);
  requireOwn(environment, compareWithState(held, known ?? { objects: [] }, await findOwner(place), ownPlace()));
  await requireFreePorts(target, held).catch(async () => {
    // What a killed run had asked its engine for may come up while this looks: then the port is the environment's own.
    await delay(SETTLE_MS);
    held = await heldBy(target);
    await requireFreePorts(target, held);
  });
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
  const recovery = { target, stack, owner: await makeOwner(place) };
  const remembered = await rememberServing(held);
  await recoverAloud(recovery);
  const policyPacks = [packFolder(environment)];
  await release(stack, request.released);
  if (running !== undefined && !yes && canAsk() && !(await agreed(stack, environment, policyPacks)))
    return EXIT.refused;

  const hadData = isNew && (await hasVolumes(target));
  const update = () =>
    step(`bring ${environment} up`, (tell) =>
      runOperation("up", tell, (options) =>
        stack.up({ ...options, policyPacks, ...(target.drifts && { refresh: true }) }),
      ),
    );
  try {
    await update().catch(async (error: unknown) => {
      if (error instanceof OperationCancelled) throw error;
      // What an ended run's provider was still making may have come in between.
      if ((await recoverAloud(recovery)).length === 0) throw error;
      await update();
    });
  } catch (error) {
    if (isNew && error instanceof OperationCancelled) throw await undone(request, stack, hadData);
    throw await servedOn(error, remembered, false);
  }
  const notes = await step(`wait until the agent at ${run.url} is ready`, async (tell) => {
    await startAtRest(target, tell);
    return target.untilServes(tell, held);
  }).catch(async (error: unknown) => {
    throw await servedOn(error, remembered, true);
  });
  const further = [
    ...notes.map((note) => ["note", note] as const),
    ["logs", `blueprint logs ${environment} --follow`],
    ["status", `blueprint status ${environment}`],
    ["stop", `blueprint down ${environment}`],
  ] as const;
  process.stdout.write(upSummary({ report, way: "pulumi", why, reportFile, further }));
  return EXIT.ok;
}

/** A failure, with what serves on in spite of it. */
async function servedOn(error: unknown, remembered: readonly Remembered[], instead: boolean): Promise<unknown> {
  const back = await serveOn(remembered, instead);
  if (back.length === 0 || !(error instanceof RunFailure)) return error;
  return error.with(back.join("; "));
}

/** Takes away what killed operations have locked; one that still works has the time that a stop may take. */
async function clearLocks(environment: string, place: Place, stopGraceSeconds: number): Promise<void> {
  const said = await clearDeadLocks(environment, place, stopGraceSeconds + LOCK_MARGIN_SECONDS, (line) =>
    process.stderr.write(`${line}\n`),
  );
  for (const line of [...said, ...(await healState(environment, place))]) process.stderr.write(`  ${line}\n`);
}

/** Time in which an engine ends what it has been asked for by somebody who is gone. */
const SETTLE_MS = 2000;
/** Time that an operation has beyond the slowest stop to write down what it did. */
const LOCK_MARGIN_SECONDS = 30;

/** Everything that can go wrong before something of the environment is made. */
async function prepare({ report, target, place, pulumi }: PulumiRequest): Promise<Stack> {
  await step("make sure that the images are there", (tell) => target.ensureImages(tell));
  return step("open the state", () => selectStack(report.environment, place, pulumi));
}

/** Nothing ran before: a cancelled start leaves nothing either, but for data that were there already. */
async function undone({ report, target, place }: PulumiRequest, stack: Stack, hadData: boolean): Promise<RunFailure> {
  const { environment } = report;
  const { deployment } = await readDeployment(stack);
  const owner = await findOwner(place);
  await downPulumi(environment, { stack, ...keptOf(deployment) }, place, hadData ? "keep" : "delete");
  const state = (await readKnownState(environment, place)) ?? { objects: [] };
  await step(`look whether something of ${environment} is left`, (tell) =>
    sweep({ environment, engines: target.engines, owner, state, keepData: true }, tell),
  );
  await clearPlace(place, "keep");
  return new RunFailure({
    place: `environment ${environment}`,
    found: "was cancelled; what had been made is removed",
    mend: `blueprint up ${environment} begins anew`,
  });
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
async function startAtRest(target: DeployTarget, tell: Tell): Promise<void> {
  // The oldest first: what others wait for was made before them.
  const atRest = (await heldBy(target)).filter(({ held }) => held.atRest).reverse();
  for (const { engine, held } of atRest) {
    tell(`start ${heldWords(held)}, which is ${held.state}`);
    await engine.start(held);
  }
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
