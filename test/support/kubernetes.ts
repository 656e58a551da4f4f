import { planOrchestratedTurns } from "../../components/availability/index.ts";
import {
  type AdapterInput,
  adaptKubernetes,
  Endpoint,
  type KubernetesPlan,
  KubernetesSettings,
} from "../../components/orchestration/index.ts";
import { workloadPlan } from "./workload.ts";

/** What differs from a plain agent of two replicas on a cluster. */
interface KubernetesChanges extends Partial<Pick<AdapterInput, "workloads" | "volumes" | "registryHosts">> {
  /** Settings of the orchestrator, as a document would say them. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly endpoint?: unknown;
  readonly governance?: Partial<Parameters<typeof adaptKubernetes>[2]>;
}

/** What Kubernetes makes of workloads. */
export function kubernetesPlanOf({
  workloads = [workloadPlan()],
  volumes = [],
  registryHosts = [],
  settings = {},
  endpoint = {},
  governance = {},
}: KubernetesChanges = {}): KubernetesPlan {
  const own = KubernetesSettings.parse({ kind: "kubernetes", ...settings });
  const keeper = {
    kind: "kubernetes",
    endpointPropagationSeconds: own.endpointPropagationSeconds,
    progressDeadlineSeconds: own.progressDeadlineSeconds,
    scaleDownWindowSeconds: own.autoscaling.scaleDownWindowSeconds,
    minReadySeconds: 0,
    recreates: false,
    boundsAnswers: own.exposure.kind === "gateway",
  } as const;
  const input: AdapterInput = {
    environment: "staging",
    name: "flame-staging",
    workloads,
    volumes,
    hosts: [],
    placed: [],
    turns: planOrchestratedTurns({ maxSeconds: 180, drainMarginSeconds: 5, heartbeatSeconds: 15 }, keeper, 65),
    endpoint: Endpoint.parse(endpoint),
    registryHosts,
    labelsOf: (component) => ({ "blueprint.component": component }),
    identityOf: (component) => ({ "blueprint.component": component }),
  };
  return adaptKubernetes(input, own, { quota: {}, bounds: {}, classes: {}, ...governance });
}

/** The one object of a kind, as the API would get it. Throws where there is none or several. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was made
export function objectOf(plan: KubernetesPlan, kind: string, key?: string): any {
  const found = plan.entries.filter((entry) => entry.object.kind === kind && (key === undefined || entry.key === key));
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}${key ? ` with key ${key}` : ""}`);
  return JSON.parse(JSON.stringify(found[0]?.object));
}
