import { platformName } from "../../core/index.ts";
import type { AdapterInput } from "../adapter-input.ts";
import { kubernetesNamespace } from "../names.ts";
import { canaryOf } from "./canary.ts";
import {
  type KubernetesContext,
  type KubernetesGovernance,
  keepsVolumes,
  pullSecretName,
  secretReference,
} from "./context.ts";
import { claimOf, controllerOf } from "./controller.ts";
import type { KubernetesEntry, KubernetesPlan, KubernetesSecret } from "./kubernetes.plan.ts";
import type { KubernetesSettings } from "./kubernetes.settings.ts";
import { namespaceOf } from "./namespace.ts";
import { trafficOf } from "./traffic.ts";

/** Makes the cluster's objects: the namespace with its bounds, then each workload with what it needs, in start order. */
export function adaptKubernetes(
  input: AdapterInput,
  settings: KubernetesSettings,
  governance: KubernetesGovernance,
): KubernetesPlan {
  const context: KubernetesContext = {
    input,
    settings,
    namespace: kubernetesNamespace(input.environment, settings),
    serviceAccount: settings.serviceAccount ?? platformName("kubernetes", input.name),
    governance,
  };
  const entries = [
    ...namespaceOf(context),
    ...input.volumes.map((volume) => claimOf(context, volume)),
    ...input.workloads.flatMap((workload) => [...trafficOf(context, workload), ...controllerOf(context, workload)]),
  ];
  return {
    kind: "kubernetes",
    context: settings.context,
    kubeconfig: settings.kubeconfig,
    namespace: context.namespace,
    secrets: secretsOf(input),
    pullSecret:
      input.registryHosts.length > 0
        ? { name: pullSecretName(input), labels: input.labelsOf("registries") }
        : undefined,
    entries: inOrder(entries),
    canary: canaryOf(context, entries),
  };
}

function secretsOf(input: AdapterInput): KubernetesSecret[] {
  const sources = input.workloads.flatMap(({ secrets }) => Object.values(secrets));
  const all = sources.map((source): KubernetesSecret => {
    const { name, key } = secretReference(input, source);
    return {
      name,
      labels: input.labelsOf("secret"),
      values: { [key]: source },
      persistent: source.kind === "generated" && keepsVolumes(input),
    };
  });
  return [...new Map(all.map((secret) => [secret.name, secret])).values()];
}

/** Each entry after those that it waits for, else as they were. */
function inOrder(entries: readonly KubernetesEntry[]): KubernetesEntry[] {
  const byKey = new Map(entries.map((one) => [one.key, one]));
  const ordered = new Set<KubernetesEntry>();
  const visit = (one: KubernetesEntry) => {
    if (ordered.has(one)) return;
    for (const key of one.after) {
      const earlier = byKey.get(key);
      if (earlier) visit(earlier);
    }
    ordered.add(one);
  };
  for (const one of entries) visit(one);
  return [...ordered];
}
