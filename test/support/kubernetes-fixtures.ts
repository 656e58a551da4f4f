import type { Resource } from "../../policies/rules/rule.ts";

const LABELS = { "app.kubernetes.io/name": "agent" };
const NAMESPACE = "flame-staging";
const METADATA = { name: "flame-agent", namespace: NAMESPACE };

const container = {
  name: "agent",
  startupProbe: { httpGet: { path: "/health" } },
  livenessProbe: { httpGet: { path: "/health" } },
  readinessProbe: { httpGet: { path: "/ready" } },
  resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: 2, memory: "1Gi" } },
  lifecycle: { preStop: { sleep: { seconds: 10 } } },
};

/** Objects that every rule is content with, by kind. */
export const GOOD_OBJECTS = {
  deployment: {
    metadata: METADATA,
    spec: {
      replicas: 2,
      template: {
        metadata: {
          labels: { ...LABELS, "blueprint.turn-max-seconds": "180", "blueprint.drain-margin-seconds": "5" },
        },
        spec: {
          serviceAccountName: "flame",
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 195,
          containers: [container],
        },
      },
    },
  },
  cronJob: {
    metadata: METADATA,
    spec: {
      schedule: "0 7 * * *",
      jobTemplate: {
        spec: {
          template: {
            spec: {
              serviceAccountName: "flame-schedule",
              automountServiceAccountToken: false,
              containers: [{ name: "kubectl", resources: container.resources }],
            },
          },
        },
      },
    },
  },
  role: { metadata: METADATA, rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }] },
  budget: { metadata: METADATA, spec: { maxUnavailable: 1, selector: { matchLabels: LABELS } } },
  policy: { metadata: METADATA, spec: { podSelector: {}, policyTypes: ["Ingress"] } },
  autoscaler: {
    metadata: METADATA,
    spec: { maxReplicas: 4, scaleTargetRef: { kind: "Deployment", name: "flame-agent" } },
  },
} as const;

export type ObjectKind = keyof typeof GOOD_OBJECTS;

export const OBJECT_TYPES: Readonly<Record<ObjectKind, string>> = {
  deployment: "kubernetes:apps/v1:Deployment",
  cronJob: "kubernetes:batch/v1:CronJob",
  role: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  budget: "kubernetes:policy/v1:PodDisruptionBudget",
  policy: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  autoscaler: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
};

/** What stands beside a workload in a stack as it should be. */
export const COMPANIONS: readonly ObjectKind[] = ["budget", "policy"];

/** A deployment's properties with other values at dotted paths; `undefined` takes one away. */
export function deployment(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.entries(changes).reduce(
    (properties, [path, value]) => changed(properties, path.split("."), value),
    structuredClone<Record<string, unknown>>(GOOD_OBJECTS.deployment),
  );
}

/** A CronJob's properties with another value at a dotted path; `undefined` takes it away. */
export function cronJob(path: string, value: unknown): Record<string, unknown> {
  return changed(structuredClone<Record<string, unknown>>(GOOD_OBJECTS.cronJob), path.split("."), value);
}

export const JOB_POD = "spec.jobTemplate.spec.template.spec";

/** A deployment's properties with other values in its container. */
export function withContainer(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return deployment({ [`${POD}.containers`]: [changedContainer(changes)] });
}

export const POD = "spec.template.spec";

/** An object beside the one looked at. */
export function object(kind: ObjectKind, properties: Readonly<Record<string, unknown>> = GOOD_OBJECTS[kind]): Resource {
  return {
    urn: `urn:pulumi:dev::shop::${OBJECT_TYPES[kind]}::the-${kind}`,
    type: OBJECT_TYPES[kind],
    name: `the-${kind}`,
    properties,
    protect: false,
    secretPaths: new Set(),
    sourceTypes: {},
  };
}

function changedContainer(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.entries(changes).reduce<Record<string, unknown>>(
    (properties, [path, value]) => changed(properties, path.split("."), value),
    container,
  );
}

function changed(target: unknown, [step, ...rest]: readonly string[], value: unknown): Record<string, unknown> {
  const group = typeof target === "object" && target !== null ? { ...target } : {};
  const own = Object.entries(group).filter(([name]) => name !== step);
  if (step === undefined) return Object.fromEntries(own);
  const before = Object.entries(group).find(([name]) => name === step)?.[1];
  const after = rest.length === 0 ? value : changed(before, rest, value);
  return { ...Object.fromEntries(own), ...(after !== undefined && { [step]: after }) };
}
