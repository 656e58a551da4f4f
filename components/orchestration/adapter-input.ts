import type { OrchestratedTurns } from "../availability/index.ts";
import type { Endpoint } from "./kubernetes/exposure.settings.ts";
import type { WorkloadPlan, WorkloadVolumePlan } from "./workload.plan.ts";

/** A host as an adapter sees it. */
export interface AdapterHost {
  readonly name: string;
  readonly address: string;
  /** Address of its engine: `ssh://…` or `unix://…`. */
  readonly engineAddress: string;
  readonly role: "manager" | "worker";
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

/** What every adapter makes its objects of, beside its own settings. */
export interface AdapterInput {
  readonly environment: string;
  /** Prefix of the objects' names: `flame-<environment>`. */
  readonly name: string;
  /** In start order. */
  readonly workloads: readonly WorkloadPlan[];
  readonly volumes: readonly WorkloadVolumePlan[];
  readonly hosts: readonly AdapterHost[];
  /** Where each replica goes, where the orchestrator doesn't decide by itself. */
  readonly placed: readonly { readonly key: string; readonly host: string }[];
  readonly turns: OrchestratedTurns;
  readonly endpoint: Endpoint;
  /** Image registries that ask who pulls. */
  readonly registryHosts: readonly string[];
  /** Labels of an object that belongs to no workload. */
  readonly labelsOf: (component: string) => Readonly<Record<string, string>>;
  /** Labels of such an object that can't be changed without being made anew. */
  readonly identityOf: (component: string) => Readonly<Record<string, string>>;
}
