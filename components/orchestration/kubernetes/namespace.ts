import type { core, networking } from "@pulumi/kubernetes/types/input.js";
import { platformName } from "../../core/index.ts";
import type { WorkloadPlan } from "../workload.plan.ts";
import { entry, type KubernetesContext, keepsVolumes, metadataOf, selectorOf } from "./context.ts";
import type { KubernetesEntry } from "./kubernetes.plan.ts";

/** What a workload's priority is worth when nodes are full: below the classes of Kubernetes itself. */
const PRIORITY_VALUES = { high: 100_000, medium: 10_000, low: 1_000 } as const;

/** The namespace with its bounds, its network policies and the account of its pods. */
export function namespaceOf(context: KubernetesContext): KubernetesEntry[] {
  const { input, settings, namespace, serviceAccount } = context;
  const levels = ["enforce", "audit", "warn"].map((mode) => [
    `pod-security.kubernetes.io/${mode}`,
    settings.podSecurity,
  ]);
  const labels = { ...input.labelsOf("namespace"), ...Object.fromEntries(levels) };
  return [
    entry("namespace", { apiVersion: "v1", kind: "Namespace", metadata: metadataOf(namespace, labels) }, [], {
      persistent: keepsVolumes(input),
    }),
    entry(
      "service-account",
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: metadataOf(serviceAccount, input.labelsOf("service-account"), { namespace }),
        // No workload asks the API server for anything: no token, no role.
        automountServiceAccountToken: false,
      },
      ["namespace"],
    ),
    ...boundsOf(context),
    ...priorityClasses(context),
    ...networkPolicies(context),
  ];
}

function boundsOf({ input, namespace, governance }: KubernetesContext): KubernetesEntry[] {
  const { quota, bounds } = governance;
  const entries: KubernetesEntry[] = [];
  if (Object.keys(quota).length > 0) {
    const spec = { hard: quota } satisfies core.v1.ResourceQuotaSpec;
    const metadata = metadataOf(input.name, input.labelsOf("quota"), { namespace });
    entries.push(entry("quota", { apiVersion: "v1", kind: "ResourceQuota", metadata, spec }, ["namespace"]));
  }
  if (Object.keys(bounds).length > 0) {
    const spec = { limits: [{ type: "Container", ...bounds }] } satisfies core.v1.LimitRangeSpec;
    const metadata = metadataOf(input.name, input.labelsOf("bounds"), { namespace });
    entries.push(entry("bounds", { apiVersion: "v1", kind: "LimitRange", metadata, spec }, ["namespace"]));
  }
  return entries;
}

/** A class for each that a workload uses, unless the cluster's own one is named. */
function priorityClasses({ input, settings, governance }: KubernetesContext): KubernetesEntry[] {
  const named = input.workloads.flatMap((workload) => {
    const own = governance.classes[workload.key];
    if (own) return [{ name: own.name, value: own.priority, preempts: own.preempts }];
    if (settings.priorityClass !== undefined) return [];
    const { priority } = workload.resources;
    return [{ name: priority, value: PRIORITY_VALUES[priority], preempts: priority !== "low" }];
  });
  return [...new Map(named.map((one) => [one.name, one])).values()].map(({ name, value, preempts }) =>
    entry(`priority-${name}`, {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: metadataOf(platformName("kubernetes", input.name, name), input.labelsOf("priority")),
      value,
      globalDefault: false,
      preemptionPolicy: preempts ? "PreemptLowerPriority" : "Never",
      description: `Workloads of class ${name} of ${input.name}`,
    }),
  );
}

/** Who may connect: nobody by default, then what each workload needs, then what the setting allows. */
function networkPolicies(context: KubernetesContext): KubernetesEntry[] {
  const { input, settings } = context;
  if (settings.networkPolicy.kind === "allow-all") {
    return [policyOf(context, "allow-all", { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] })];
  }
  const nobody = policyOf(context, "nobody", { podSelector: {}, policyTypes: ["Ingress"] });
  const needed = input.workloads.flatMap((workload) => {
    const from = input.workloads.filter(({ dependsOn }) => dependsOn.includes(workload.key));
    if (from.length === 0 || workload.ports.length === 0) return [];
    const peers = from.map((one) => ({ podSelector: { matchLabels: selectorOf(one) } }));
    return [policyOf(context, `needed-${workload.key}`, rule(workload, peers))];
  });
  const agent = input.workloads.find(({ key }) => key === "agent");
  const peers = allowed(context);
  // Traffic that the setting's exposure brings in from outside the cluster has no address that a policy could name.
  const exposed = settings.exposure.kind === "node-port" || settings.exposure.kind === "load-balancer";
  const open =
    agent && (peers.length > 0 || exposed) ? [policyOf(context, "agent", rule(agent, exposed ? [] : peers))] : [];
  return [nobody, ...needed, ...open];
}

function allowed({ settings }: KubernetesContext): networking.v1.NetworkPolicyPeer[] {
  const { networkPolicy, exposure } = settings;
  const gateway = exposure.kind === "gateway" ? [namespacePeer(exposure.gatewayNamespace)] : [];
  // An ingress controller's namespace isn't known: every namespace may hold it.
  const ingress = exposure.kind === "ingress" ? [{ namespaceSelector: {} }] : [];
  switch (networkPolicy.kind) {
    case "same-namespace":
      return [{ podSelector: {} }, ...gateway, ...ingress];
    case "custom":
      return [
        ...networkPolicy.namespaces.map(namespacePeer),
        ...networkPolicy.ranges.map(({ text }) => ({ ipBlock: { cidr: text } })),
        ...gateway,
      ];
    case "deny-all":
      return gateway;
    case "allow-all":
      return [];
  }
}

function namespacePeer(name: string): networking.v1.NetworkPolicyPeer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

function rule(workload: WorkloadPlan, from: networking.v1.NetworkPolicyPeer[]): networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selectorOf(workload) },
    policyTypes: ["Ingress"],
    ingress: [
      {
        ...(from.length > 0 && { from }),
        ports: workload.ports.map(({ name, protocol }) => ({ port: name, protocol: protocol.toUpperCase() })),
      },
    ],
  };
}

function policyOf(
  { input, namespace }: KubernetesContext,
  name: string,
  spec: networking.v1.NetworkPolicySpec,
): KubernetesEntry {
  const metadata = metadataOf(platformName("kubernetes", input.name, name), input.labelsOf("network"), { namespace });
  const object = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec };
  return entry(`policy-${name}`, object, ["namespace"]);
}
