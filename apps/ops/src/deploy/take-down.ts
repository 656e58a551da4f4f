import { existsSync } from "node:fs";
import { relative } from "node:path";
import { EXIT } from "../exit.ts";
import { clearPlace } from "./clear-place.ts";
import { canAsk, confirm } from "./confirm.ts";
import { decideData } from "./decide-data.ts";
import { accessToken, planDeployed } from "./deployed-plan.ts";
import { agentOf } from "./embedded/process-plan.ts";
import { stopEmbedded } from "./embedded/stop-embedded.ts";
import { RunFailure } from "./failure.ts";
import { type Place, placeOf } from "./place.ts";
import { type DeployedStack, downPulumi, isDeployed, openDeployed } from "./pulumi/down-pulumi.ts";
import { type EmbeddedRun, findRun } from "./run-record.ts";
import { step } from "./step.ts";

interface DownOptions {
  readonly yes: boolean;
  readonly deleteData: boolean;
  readonly keepData: boolean;
}

/** Removes everything that `up` made, whichever way it was. Returns the command's exit code. */
export async function takeDown(environment: string, options: DownOptions): Promise<number> {
  const place = placeOf(environment);
  const found = await findRun(place);
  const embedded = found.kind !== "none" && found.run.way === "embedded" ? found.run : undefined;
  const deployed = (await isDeployed(environment, place))
    ? await step("open the state", (tell) => openDeployed(environment, place, tell))
    : undefined;
  if (!existsSync(place.folder) && deployed === undefined) {
    process.stdout.write(`${environment}: nothing is up\n`);
    return EXIT.ok;
  }

  const data = persistentData(place, deployed);
  const decision = data.length === 0 ? "delete" : await decide(environment, data, options);
  if (embedded !== undefined) await stop(environment, place, embedded);
  if (deployed !== undefined) await downPulumi(environment, deployed, place, decision);
  await clearPlace(place, decision);
  const kept =
    decision === "keep" ? `; kept: ${data.join(", ")} (blueprint down ${environment} --delete-data removes it)` : "";
  process.stdout.write(`${environment} is down${kept}\n`);
  return EXIT.ok;
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
