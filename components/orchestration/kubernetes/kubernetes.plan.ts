import type { SecretSource } from "../container.plan.ts";
import type { CanaryPlan } from "./canary.rollout.plan.ts";

/** One object as the API server takes it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** `spec`, `data`, `rules` and whatever else the kind has. */
  readonly [field: string]: unknown;
}

/** A secret by its name; its values come from the stack's configuration when it is made. */
export interface KubernetesSecret {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Values by key. */
  readonly values: Readonly<Record<string, SecretSource>>;
  /** Whether it opens data that outlive the environment. */
  readonly persistent: boolean;
}

/** An object, or a secret whose value no plan knows, and what must be there before it. */
export interface KubernetesEntry {
  /** Short name, unique within the plan: `deployment-agent`. */
  readonly key: string;
  readonly object: KubernetesObject;
  /** Keys of the entries that are made first. */
  readonly after: readonly string[];
  /** Fields that somebody else owns, such as the count of an autoscaled Deployment. */
  readonly ignored: readonly string[];
  /** Whether it holds data that must outlive the environment, or is the place where such data lie. */
  readonly persistent: boolean;
  /** Whether it stays when the plan has it no longer: what serves may still need it. It goes with the namespace. */
  readonly retained: boolean;
  /** Whether it is made with the environment, and changed by a rollout alone after that. */
  readonly madeOnce: boolean;
}

/** Everything that the cluster is told. */
export interface KubernetesPlan {
  readonly kind: "kubernetes";
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  readonly secrets: readonly KubernetesSecret[];
  /** Secret with the image registries' credentials; `undefined`: none asks for any. */
  readonly pullSecret: { readonly name: string; readonly labels: Readonly<Record<string, string>> } | undefined;
  /** In the order in which they are made. */
  readonly entries: readonly KubernetesEntry[];
  /** How a new version is tried out; `undefined`: the cluster replaces the old one by itself. */
  readonly canary: CanaryPlan | undefined;
}
