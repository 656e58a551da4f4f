import { existsSync } from "node:fs";
import { relative } from "node:path";
import { EXIT } from "../exit.ts";
import { clearPlace } from "./clear-place.ts";
import { canAsk, confirm } from "./confirm.ts";
import { decideData } from "./decide-data.ts";
import { accessToken, planDeployed, planOf } from "./deployed-plan.ts";
import { agentOf } from "./embedded/process-plan.ts";
import { stopEmbedded } from "./embedded/stop-embedded.ts";
import { askEngines, type EngineReference, engineWords, heldWords, listHeld, openHolding } from "./engines/index.ts";
import { RunFailure } from "./failure.ts";
import { findOwner, ownPlace } from "./owner.ts";
import { type Place, placeOf } from "./place.ts";
import { type DeployedStack, downPulumi, openDeployed } from "./pulumi/down-pulumi.ts";
import { clearDeadLocks } from "./recovery/dead-lock.ts";
import { healState } from "./recovery/heal-state.ts";
import { type KnownState, readKnownState } from "./recovery/known-state.ts";
import { compareWithState } from "./recovery/plan-recovery.ts";
import { recoverAloud } from "./recovery/recover.ts";
import { sweep } from "./recovery/sweep.ts";
import { type EmbeddedRun, findRun } from "./run-record.ts";
import { step } from "./step.ts";
import { targetOf } from "./targets/index.ts";

interface DownOptions {
  readonly yes: boolean;
  readonly deleteData: boolean;
  readonly keepData: boolean;
}

/** Removes everything that `up` made, whichever way it was. Returns the command's exit code. */
export async function takeDown(environment: string, options: DownOptions): Promise<number> {
  const place = placeOf(environment);
  const found = await findRun(place);
  const run = found.kind === "none" ? undefined : found.run;
  for (const line of await clearDeadLocks(environment, place, run?.stopGraceSeconds ?? 0, tellLine)) tellLine(line);
  for (const line of await healState(environment, place)) tellLine(line);
  const known = await readKnownState(environment, place);
  const owner = await findOwner(place);
  const engines = await enginesOf(environment, known);
  const held = await listHeld(engines.map(openHolding), environment);
  const { orphans, foreign } = compareWithState(held, known ?? { objects: [] }, owner, ownPlace());
  if (!existsSync(place.folder) && known === undefined && orphans.length === 0) {
    const elsewhere = foreign.flatMap((one) => one.owner ?? [])[0];
    process.stdout.write(
      `${environment}: nothing is up${elsewhere === undefined ? "" : ` from here; it is up from ${elsewhere}`}\n`,
    );
    return EXIT.ok;
  }

  const deployed =
    known === undefined ? undefined : await step("open the state", (tell) => openDeployed(environment, place, tell));
  const unknownData = orphans.filter((at) => at.held.holdsData).map((at) => heldWords(at.held));
  const data = [...persistentData(place, deployed), ...unknownData];
  const decision = data.length === 0 ? "delete" : await decide(environment, data, options);
  if (run?.way === "embedded") await stop(environment, place, run);
  if (deployed !== undefined) {
    await recoverAloud({ target: { environment, engines }, stack: deployed.stack, owner });
    await downPulumi(environment, deployed, place, decision);
  }
  const state = (await readKnownState(environment, place)) ?? { objects: [] };
  const swept = await step(`look whether something of ${environment} is left`, (tell) =>
    sweep({ environment, engines, owner, state, keepData: decision === "keep" }, tell),
  );
  for (const line of swept) tellLine(line);
  await clearPlace(place, decision);
  const kept =
    decision === "keep" ? `; kept: ${data.join(", ")} (blueprint down ${environment} --delete-data removes it)` : "";
  process.stdout.write(`${environment} is down${kept}\n`);
  return EXIT.ok;
}

function tellLine(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

/**
 * Engines that the state has objects on, without which nothing can be removed, and those of the plan as it is now that
 * answer: an ended run may have left something there.
 */
async function enginesOf(environment: string, known: KnownState | undefined): Promise<readonly EngineReference[]> {
  const needed = known !== undefined && known.objects.length > 0 ? known.engines : [];
  const answer = await askEngines(needed);
  if (answer.kind === "missing") throw engineMissing(environment, answer.why);
  const planned = await planOf(environment)
    .then((plan) => targetOf(plan).engines)
    .catch(() => []);
  const words = needed.map(engineWords);
  const others = planned.filter((one) => !words.includes(engineWords(one)));
  const present = await Promise.all(others.map(async (one) => (await askEngines([one])).kind === "there"));
  return [...needed, ...others.filter((_, index) => present[index])];
}

function engineMissing(environment: string, why: string): RunFailure {
  return new RunFailure({
    place: `environment ${environment}`,
    found: `was brought up through Pulumi, but ${why}`,
    allowed: "its engines answering: only they can remove what they hold",
    mend: `start the engine, or mend the way to it, then run blueprint down ${environment} again`,
  });
}

/** What would be lost, in words. */
function persistentData(place: Place, deployed: DeployedStack | undefined): string[] {
  return [
    ...(deployed?.persistentData ?? []),
    ...(existsSync(place.data) ? [`folder ${relative(process.cwd(), place.data)}`] : []),
  ];
}

async function decide(environment: string, data: readonly string[], options: DownOptions): Promise<"keep" | "delete"> {
  const decision = decideData({ ...options, canAsk: canAsk() });
  switch (decision) {
    case "keep":
    case "delete":
      return decision;
    case "ask":
      return (await confirm(`Delete the data of ${environment} too: ${data.join(", ")}? No keeps them.`))
        ? "delete"
        : "keep";
    case "refuse":
      throw new RunFailure({
        place: `data of ${environment}`,
        found: `${data.join(", ")}, and nobody can be asked here`,
        allowed: "--keep-data, or --delete-data --yes",
        mend: `blueprint down ${environment} --keep-data`,
      });
  }
}

async function stop(environment: string, place: Place, run: EmbeddedRun): Promise<void> {
  const plan = await planDeployed(environment).catch(() => undefined);
  const metricsUrl = `${run.url}${plan?.desktop.agent.metricsPath ?? "/metrics"}`;
  const token = plan && accessToken(agentOf(plan));
  await step(`stop ${environment} (running turns are waited for)`, (tell) =>
    stopEmbedded(place, run, { metricsUrl, token, tell }),
  );
}
