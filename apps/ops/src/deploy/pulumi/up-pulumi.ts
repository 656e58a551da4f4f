import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { EXIT } from "../../exit.ts";
import { untilReady } from "../agent-client.ts";
import type { UpRequest } from "../bring-up.ts";
import { clearPlace } from "../clear-place.ts";
import { canAsk, confirm } from "../confirm.ts";
import { requireNobodyListens } from "../embedded/port-owner.ts";
import { agentOf } from "../embedded/process-plan.ts";
import { containerReport, hasVolumes, startContainersAtRest } from "../engine-containers.ts";
import { RunFailure } from "../failure.ts";
import type { PulumiEngine } from "../pulumi-engine.ts";
import { claimRun, findRun, updateRun } from "../run-record.ts";
import { step } from "../step.ts";
import { upSummary } from "../summary.ts";
import { downPulumi, isDeployed, keptOf } from "./down-pulumi.ts";
import { ensureImages } from "./images.ts";
import { OperationCancelled, runOperation } from "./operation.ts";
import { selectStack } from "./stack.ts";

/** Environment that real users are served by: the stricter policy pack. */
const PRODUCTION = "prod";

type PulumiRequest = UpRequest & { readonly pulumi: PulumiEngine };

/** Brings an environment up in containers, through the Pulumi engine. Returns the command's exit code. */
export async function upPulumi(request: PulumiRequest): Promise<number> {
  const { report, place, why, yes, reportFile } = request;
  const { plan, environment } = report;
  const found = await findRun(place);
  const running = found.kind === "live" && found.run.way === "pulumi" ? found.run : undefined;
  const isNew = running === undefined && !(await isDeployed(environment, place));
  if (isNew) await requireFreePorts(request);
  const run = {
    way: "pulumi",
    environment,
    url: plan.desktop.agent.address,
    startedAt: running?.startedAt ?? new Date().toISOString(),
    stopGraceSeconds: Math.max(...plan.containers.map(({ stopGraceSeconds }) => stopGraceSeconds)),
  } as const;
  // Written before anything is made, so that down finds what a failed update leaves.
  await (running === undefined ? claimRun(place, run) : updateRun(place, run));

  const stack = await prepare(request).catch(async (error: unknown) => {
    if (isNew) await rm(place.record, { force: true });
    throw error;
  });
  const policyPacks = [packFolder(environment)];
  if (running !== undefined && !yes && canAsk() && !(await agreed(stack, environment, policyPacks)))
    return EXIT.refused;

  const hadVolumes = isNew && (await hasVolumes(plan));
  try {
    await step(`bring ${environment} up`, (tell) =>
      runOperation("up", tell, (options) => stack.up({ ...options, policyPacks })),
    );
  } catch (error) {
    throw isNew && error instanceof OperationCancelled ? await undone(request, stack, hadVolumes) : error;
  }
  await startContainersAtRest(plan);
  await step(`wait until the agent at ${run.url} is ready`, () => requireReady(request));
  const further = [
    ["logs", `blueprint logs ${environment} --follow`],
    ["status", `blueprint status ${environment}`],
    ["stop", `blueprint down ${environment}`],
  ] as const;
  process.stdout.write(upSummary({ report, way: "pulumi", why, reportFile, further }));
  return EXIT.ok;
}

/** Everything that can go wrong before something of the environment is made. */
async function prepare({ report, place, pulumi }: PulumiRequest): Promise<Stack> {
  await step("make sure that the images are there", (tell) => ensureImages(report.plan, tell));
  return step("open the state", () => selectStack(report.environment, place, pulumi));
}

/** Nothing ran before: a cancelled start leaves nothing either, but for data that were there already. */
async function undone({ report, place }: UpRequest, stack: Stack, hadVolumes: boolean): Promise<RunFailure> {
  const { environment } = report;
  const { deployment } = await stack.exportStack();
  await downPulumi(environment, { stack, ...keptOf(deployment) }, place, hadVolumes ? "keep" : "delete");
  await clearPlace(place, "keep");
  return new RunFailure({
    place: `environment ${environment}`,
    found: "was cancelled; what had been made is removed",
    mend: `blueprint up ${environment} begins anew`,
  });
}

/** An engine notices a taken port only when it starts the container, and says it in many words. */
async function requireFreePorts({ report: { plan } }: UpRequest): Promise<void> {
  const ports = plan.containers.flatMap((container) => container.ports);
  await requireNobodyListens(ports.filter(({ protocol }) => protocol === "tcp"));
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

/** The engine's own health state may stay at starting for ever where there is no systemd: the agent itself is asked. */
async function requireReady({ report: { plan } }: UpRequest): Promise<void> {
  const { address, readyPath } = plan.desktop.agent;
  const seconds = plan.desktop.lifecycle.startupTimeoutSeconds;
  if (await untilReady(`${address}${readyPath}`, seconds, new AbortController().signal)) return;
  const { name } = agentOf(plan);
  const { state, lastLines } = await containerReport(plan.engine, name);
  throw new RunFailure({
    place: `container ${name}`,
    found: [`wasn't ready in ${seconds} s; it is ${state}`, ...lastLines.map((line) => `      ${line}`)].join("\n"),
    allowed: "desktop.startupTimeoutSeconds from its start to its first turn",
    mend: "mend what its last lines say, or raise desktop.startupTimeoutSeconds",
  });
}

function packFolder(environment: string): string {
  const pack = environment === PRODUCTION ? "production" : "baseline";
  return fileURLToPath(new URL(`../../../../../policies/${pack}`, import.meta.url));
}
