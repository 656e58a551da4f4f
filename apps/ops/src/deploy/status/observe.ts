import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { askFigures, type Probe, probe } from "../agent-client.ts";
import { accessToken } from "../deployed-plan.ts";
import { agentOf } from "../embedded/process-plan.ts";
import { requireEngine } from "../engine-containers.ts";
import type { Place } from "../place.ts";
import { type FoundRun, findRun } from "../run-record.ts";
import { agentPart } from "./agent-part.ts";
import { evaluateAlerts } from "./alerts.ts";
import { containerParts, engineStorage } from "./containers.ts";
import { diskUse, measureHost } from "./host-use.ts";
import { reconcile } from "./reconcile.ts";
import type { StatusReport, Thresholds } from "./report.ts";

/** Looks at everything that an environment's monitoring settings ask for. */
export async function observe(plan: LocalPodmanPlan, place: Place): Promise<StatusReport> {
  const { environment, desktop } = plan;
  const found = await findRun(place);
  if (found.kind === "none") return nothingUp(environment, desktop.monitoring.alerts);
  if (found.run.way === "pulumi") await requireEngine(plan);

  const { readyPath, metricsPath } = desktop.agent;
  const [parts, host, storage, readiness, figures] = await Promise.all([
    partsOf(found, plan),
    measureHost(desktop.monitoring.host.metrics),
    found.run.way === "pulumi" ? engineStorage(plan) : diskUse(place.folder),
    probe(`${found.run.url}${readyPath}`),
    askFigures(`${found.run.url}${metricsPath}`, accessToken(agentOf(plan))),
  ]);
  const ready = readinessWords(readiness);
  return {
    environment,
    way: found.run.way,
    url: found.run.url,
    since: found.run.startedAt,
    readiness: ready,
    turnsActive: figures?.turnsActive ?? null,
    parts,
    host,
    storagePercent: storage ?? null,
    thresholds: desktop.monitoring.alerts,
    alerts: evaluateAlerts(
      { parts, figures, storagePercent: storage, notReady: ready === "ready" ? undefined : ready },
      desktop.monitoring.alerts,
    ),
    reconciliation: reconcile(host, desktop.resources.reconciliation),
  };
}

async function partsOf(found: Exclude<FoundRun, { kind: "none" }>, plan: LocalPodmanPlan) {
  if (found.run.way === "pulumi") return containerParts(plan);
  return [await agentPart(found.run, found.kind === "live", plan)];
}

function readinessWords(answer: Probe): string {
  if (answer.kind === "silent") return `silent (${answer.reason})`;
  return answer.status === 200 ? "ready" : `not ready (${answer.status})`;
}

function nothingUp(environment: string, thresholds: Thresholds): StatusReport {
  return {
    environment,
    way: null,
    url: null,
    since: null,
    readiness: null,
    turnsActive: null,
    parts: [],
    host: { cpuPercent: null, memoryPercent: null, diskPercent: null, network: null },
    storagePercent: null,
    thresholds,
    alerts: [],
    reconciliation: null,
  };
}
