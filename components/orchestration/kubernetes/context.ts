import { platformName } from "../../core/index.ts";
import type { AdapterInput } from "../adapter-input.ts";
import type { SecretSource } from "../container.plan.ts";
import type { WorkloadPlan } from "../workload.plan.ts";
import type { KubernetesEntry, KubernetesObject } from "./kubernetes.plan.ts";
import type { KubernetesSettings } from "./kubernetes.settings.ts";

/** What every builder of objects needs to know. */
export interface KubernetesContext {
  readonly input: AdapterInput;
  readonly settings: KubernetesSettings;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly governance: KubernetesGovernance;
}

/** Bounds of the namespace, in Kubernetes' own words. */
export interface KubernetesGovernance {
  /** `hard` of the ResourceQuota; none where it is empty. */
  readonly quota: Readonly<Record<string, string>>;
  /** The container's entry of the LimitRange; none where it is empty. */
  readonly bounds: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Class of service of each workload, by its key; `undefined`: by its priority. */
  readonly classes: Readonly<
    Record<string, { readonly name: string; readonly priority: number; readonly preempts: boolean } | undefined>
  >;
}

/** Labels by which services, policies and budgets find a workload's pods. */
export function selectorOf({ key, name }: Pick<WorkloadPlan, "key" | "name">): Record<string, string> {
  return { "app.kubernetes.io/name": key, "app.kubernetes.io/instance": name };
}

/** Values that may stand in a label; others are annotations. */
const LEGAL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
/** Names of which Kubernetes takes no more than a domain and a slash. */
const LEGAL_NAME = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** Labels and annotations of an object: what isn't a legal label is an annotation, or left to other engines. */
export function metadataOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  { namespace, annotations = {} }: { namespace?: string; annotations?: Readonly<Record<string, string>> } = {},
): KubernetesObject["metadata"] {
  const entries = Object.entries(labels).filter(([key]) => LEGAL_NAME.test(key));
  const legal = entries.filter(([, value]) => LEGAL_VALUE.test(value));
  const others = Object.fromEntries([
    ...entries.filter(([, value]) => !LEGAL_VALUE.test(value)),
    ...Object.entries(annotations),
  ]);
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    labels: { ...Object.fromEntries(legal), "app.kubernetes.io/managed-by": "blueprint" },
    ...(Object.keys(others).length > 0 && { annotations: others }),
  };
}

/** An entry of the plan that waits for others. */
export function entry(
  key: string,
  object: KubernetesObject,
  after: readonly string[] = [],
  more: Partial<Pick<KubernetesEntry, "ignored" | "persistent" | "retained" | "madeOnce">> = {},
): KubernetesEntry {
  return { key, object, after, ignored: [], persistent: false, retained: false, madeOnce: false, ...more };
}

/** Whether some of the environment's data outlive it. */
export function keepsVolumes({ volumes }: AdapterInput): boolean {
  return volumes.some(({ persistent }) => persistent);
}

/** Name of the secret with the image registries' credentials. */
export function pullSecretName({ name }: AdapterInput): string {
  return platformName("kubernetes", name, "registries");
}

/** Name of the object that holds a secret, and the key of its value there. */
export function secretReference(
  input: AdapterInput,
  source: SecretSource,
): { readonly name: string; readonly key: string } {
  const own = source.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return {
    name: platformName("kubernetes", input.name, source.kind === "generated" ? `generated-${own}` : own),
    key: "value",
  };
}
