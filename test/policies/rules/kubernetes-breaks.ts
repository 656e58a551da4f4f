import { UNKNOWN } from "../../../policies/rules/known.ts";
import {
  cronJob,
  deployment,
  GOOD_OBJECTS,
  JOB_POD,
  object,
  POD,
  withContainer,
} from "../../support/kubernetes-fixtures.ts";
import type { Break, Unknown } from "./case.ts";

const other = { matchLabels: { "app.kubernetes.io/name": "other" } };
const budget = (spec: unknown, metadata: unknown = GOOD_OBJECTS.budget.metadata) =>
  object("budget", { metadata, spec });
const policy = (spec: unknown, metadata: unknown = GOOD_OBJECTS.policy.metadata) =>
  object("policy", { metadata, spec });
const autoscaler = (spec: unknown, metadata: unknown = GOOD_OBJECTS.autoscaler.metadata) =>
  object("autoscaler", { metadata, spec });
const scaled = (maxReplicas: unknown) => autoscaler({ ...GOOD_OBJECTS.autoscaler.spec, maxReplicas });
const LABELS = "spec.template.metadata.labels";
const noBudget = {
  rule: "kubernetes-stack-disruption-budget",
  kind: "deployment",
  allowed: /more than one replica/,
  mend: /add a PodDisruptionBudget/,
} as const;
const noPolicy = {
  rule: "kubernetes-stack-network-policy",
  kind: "deployment",
  change: {},
  found: /no NetworkPolicy/,
  allowed: /every pod/,
  mend: /topology\.orchestrator\.networkPolicy/,
} as const;
const grace = {
  rule: "kubernetes-workload-turn-grace",
  kind: "deployment",
  allowed: /195 s or more|185 s or more|200 s or more|a number of seconds/,
  mend: /turns\.maxSeconds lower|write the label as a number/,
} as const;

export const KUBERNETES_BREAKS: readonly Break[] = [
  ...["startupProbe", "livenessProbe", "readinessProbe"].map(
    (name): Break => ({
      rule: "kubernetes-workload-probes",
      kind: "deployment",
      change: withContainer({ [name]: undefined }),
      found: new RegExp(`containers\\[0\\]\\.${name} is not set`),
      allowed: /a probe, so that/,
      mend: new RegExp(`set .*${name}`),
    }),
  ),
  ...["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"].flatMap((path) =>
    [undefined, 0, "0", "0Mi", "0.0"].map(
      (value): Break => ({
        rule: "kubernetes-workload-limits",
        kind: "deployment",
        change: withContainer({ [`resources.${path}`]: value }),
        found: new RegExp(`resources\\.${path} is ${value ?? "not set"}`),
        allowed: /above 0/,
        mend: new RegExp(`set .*${path}, for example`),
      }),
    ),
  ),
  ...[undefined, true, null].map(
    (value): Break => ({
      rule: "kubernetes-workload-no-default-token",
      kind: "deployment",
      change: deployment({ [`${POD}.automountServiceAccountToken`]: value }),
      found: /automountServiceAccountToken is (true|not set)/,
      allowed: /false/,
      mend: /set .* to false/,
    }),
  ),
  ...[undefined, "", "default"].map(
    (value): Break => ({
      rule: "kubernetes-workload-no-default-token",
      kind: "deployment",
      change: deployment({ [`${POD}.serviceAccountName`]: value }),
      found: /serviceAccountName is (default|not set)/,
      allowed: /an account of its own/,
      mend: /make a ServiceAccount/,
    }),
  ),
  {
    rule: "kubernetes-job-limits",
    kind: "cronJob",
    change: cronJob(`${JOB_POD}.containers`, [
      { name: "kubectl", resources: { requests: { memory: "64Mi" }, limits: { cpu: "1", memory: "64Mi" } } },
    ]),
    found: /spec\.jobTemplate\.spec\.template\.spec\.containers\[0\]\.resources\.requests\.cpu is not set/,
    allowed: /above 0/,
    mend: /set .*requests\.cpu/,
  },
  {
    rule: "kubernetes-job-no-default-token",
    kind: "cronJob",
    change: cronJob(`${JOB_POD}.automountServiceAccountToken`, true),
    found: /spec\.jobTemplate\.spec\.template\.spec\.automountServiceAccountToken is true/,
    allowed: /false/,
    mend: /set .* to false/,
  },
  {
    rule: "kubernetes-job-no-default-token",
    kind: "cronJob",
    change: cronJob("spec.jobTemplate", { spec: { template: { spec: { serviceAccountName: "flame-schedule" } } } }),
    found: /automountServiceAccountToken is not set/,
    allowed: /false/,
    mend: /set .* to false/,
  },
  ...(["apiGroups", "resources", "verbs", "nonResourceURLs"] as const).flatMap((field) =>
    ["*", "apps/*"].map(
      (wild): Break => ({
        rule: "kubernetes-role-no-wildcard",
        kind: "role",
        change: { rules: [{ verbs: ["get"] }, { [field]: ["get", wild] }] },
        found: new RegExp(`rules\\[1\\]\\.${field} has .*\\*`),
        allowed: /names/,
        mend: new RegExp(`name the ${field}`),
      }),
    ),
  ),
  { ...noBudget, change: {}, beside: [], found: /up to 2 replicas and no PodDisruptionBudget/ },
  { ...noBudget, change: {}, beside: [budget({ selector: other })], found: /up to 2 replicas/ },
  {
    ...noBudget,
    change: {},
    beside: [budget(GOOD_OBJECTS.budget.spec, { namespace: "other" })],
    found: /up to 2 replicas/,
  },
  { ...noBudget, change: deployment({ "spec.replicas": undefined }), beside: [scaled(4)], found: /up to 4 replicas/ },
  { ...noPolicy, beside: [] },
  { ...noPolicy, beside: [policy({ podSelector: other })] },
  { ...noPolicy, beside: [policy({ podSelector: {} }, { namespace: "other" })] },
  {
    ...grace,
    change: deployment({ [`${POD}.terminationGracePeriodSeconds`]: 194 }),
    found: /terminationGracePeriodSeconds 194 s < preStop 10 s \+ turn budget 180 s \+ drain 5 s/,
  },
  {
    ...grace,
    change: deployment({ [`${POD}.terminationGracePeriodSeconds`]: undefined }),
    found: /30 s \(the default\) < preStop 10 s/,
  },
  {
    ...grace,
    change: {
      ...withContainer({ lifecycle: { preStop: { exec: { command: ["sleep", "15"] } } } }),
    },
    found: /195 s < preStop 15 s/,
  },
  {
    ...grace,
    change: deployment({
      [LABELS]: { "blueprint.turn-max-seconds": "180" },
      [`${POD}.containers`]: [],
      [`${POD}.terminationGracePeriodSeconds`]: 184,
    }),
    found: /184 s < preStop 0 s \+ turn budget 180 s \+ drain 5 s/,
  },
  ...["blueprint.turn-max-seconds", "blueprint.drain-margin-seconds"].map(
    (name): Break => ({
      ...grace,
      change: deployment({
        [LABELS]: { "blueprint.turn-max-seconds": "180", [name]: "long" },
      }),
      found: new RegExp(`the label ${name} is "long"`),
    }),
  ),
];

const PODS_UNKNOWN = ["spec", "spec.template", POD];
const CONTAINERS = `${POD}.containers`;

export const KUBERNETES_UNKNOWNS: readonly Unknown[] = [
  ...(["kubernetes-workload-probes", "kubernetes-workload-limits", "kubernetes-workload-turn-grace"] as const).flatMap(
    (rule): Unknown[] => [
      ...(rule === "kubernetes-workload-turn-grace" ? [POD] : PODS_UNKNOWN).map(
        (property): Unknown => ({ rule, kind: "deployment", change: deployment({ [property]: UNKNOWN }), property }),
      ),
      { rule, kind: "deployment", change: deployment({ [CONTAINERS]: UNKNOWN }), property: CONTAINERS },
      {
        rule,
        kind: "deployment",
        change: deployment({ [CONTAINERS]: [UNKNOWN] }),
        property: rule === "kubernetes-workload-turn-grace" ? `${CONTAINERS}[0].lifecycle` : `${CONTAINERS}[0]`,
      },
    ],
  ),
  ...["startupProbe", "livenessProbe", "readinessProbe"].map(
    (name): Unknown => ({
      rule: "kubernetes-workload-probes",
      kind: "deployment",
      change: withContainer({ [name]: UNKNOWN }),
      property: `${CONTAINERS}[0].${name}`,
    }),
  ),
  ...["resources", "resources.requests", "resources.limits", "resources.limits.memory"].map(
    (name): Unknown => ({
      rule: "kubernetes-workload-limits",
      kind: "deployment",
      change: withContainer({ [name]: UNKNOWN }),
      property: `${CONTAINERS}[0].${name}`,
    }),
  ),
  ...(["kubernetes-job-limits", "kubernetes-job-no-default-token"] as const).flatMap((rule) =>
    ["spec", "spec.jobTemplate", "spec.jobTemplate.spec", "spec.jobTemplate.spec.template", JOB_POD].map(
      (property): Unknown => ({ rule, kind: "cronJob", change: cronJob(property, UNKNOWN), property }),
    ),
  ),
  ...["automountServiceAccountToken", "serviceAccountName"].map(
    (name): Unknown => ({
      rule: "kubernetes-workload-no-default-token",
      kind: "deployment",
      change: deployment({ [`${POD}.${name}`]: UNKNOWN }),
      property: `${POD}.${name}`,
    }),
  ),
  { rule: "kubernetes-role-no-wildcard", kind: "role", change: { rules: UNKNOWN }, property: "rules" },
  { rule: "kubernetes-role-no-wildcard", kind: "role", change: { rules: [UNKNOWN] }, property: "rules[0]" },
  {
    rule: "kubernetes-role-no-wildcard",
    kind: "role",
    change: { rules: [{ verbs: ["get", UNKNOWN] }] },
    property: "rules[0].verbs[1]",
  },
  ...["spec", "spec.template", "spec.template.metadata", LABELS].flatMap((property) =>
    (["kubernetes-workload-turn-grace", "kubernetes-stack-network-policy"] as const).map(
      (rule): Unknown => ({
        rule,
        kind: "deployment",
        change: deployment({ [property]: UNKNOWN }),
        property: rule === "kubernetes-workload-turn-grace" ? `${LABELS} blueprint.turn-max-seconds` : LABELS,
      }),
    ),
  ),
  {
    rule: "kubernetes-workload-turn-grace",
    kind: "deployment",
    change: deployment({
      [LABELS]: { "blueprint.turn-max-seconds": "180", "blueprint.drain-margin-seconds": UNKNOWN },
    }),
    property: `${LABELS} blueprint.drain-margin-seconds`,
  },
  {
    rule: "kubernetes-workload-turn-grace",
    kind: "deployment",
    change: deployment({ [`${POD}.terminationGracePeriodSeconds`]: UNKNOWN }),
    property: `${POD}.terminationGracePeriodSeconds`,
  },
  ...[
    UNKNOWN,
    { preStop: UNKNOWN },
    { preStop: { sleep: UNKNOWN } },
    { preStop: { sleep: { seconds: UNKNOWN } } },
    { preStop: { exec: UNKNOWN } },
    { preStop: { exec: { command: UNKNOWN } } },
    { preStop: { exec: { command: ["sleep", UNKNOWN] } } },
  ].map(
    (lifecycle): Unknown => ({
      rule: "kubernetes-workload-turn-grace",
      kind: "deployment",
      change: withContainer({ lifecycle }),
      property: `${CONTAINERS}[0].lifecycle`,
    }),
  ),
  ...["spec", "spec.replicas"].map(
    (property): Unknown => ({
      rule: "kubernetes-stack-disruption-budget",
      kind: "deployment",
      change: deployment({ [property]: UNKNOWN }),
      property,
    }),
  ),
  ...[
    scaled(UNKNOWN),
    autoscaler(UNKNOWN),
    autoscaler({ maxReplicas: 4, scaleTargetRef: UNKNOWN }),
    autoscaler({ maxReplicas: 4, scaleTargetRef: { name: UNKNOWN } }),
    autoscaler(GOOD_OBJECTS.autoscaler.spec, UNKNOWN),
    autoscaler(GOOD_OBJECTS.autoscaler.spec, { namespace: UNKNOWN }),
    autoscaler("of an unexpected shape"),
  ].map(
    (one): Unknown => ({
      rule: "kubernetes-stack-disruption-budget",
      kind: "deployment",
      change: {},
      beside: [one],
      property: "spec.maxReplicas of the-autoscaler",
    }),
  ),
  ...[
    budget(UNKNOWN),
    budget({ selector: UNKNOWN }),
    budget({ selector: { matchLabels: UNKNOWN } }),
    budget({ selector: { matchLabels: { "app.kubernetes.io/name": UNKNOWN } } }),
    budget({ selector: { matchExpressions: [{ key: "x", operator: "Exists" }] } }),
    budget(GOOD_OBJECTS.budget.spec, UNKNOWN),
    budget("of an unexpected shape"),
  ].map(
    (one): Unknown => ({
      rule: "kubernetes-stack-disruption-budget",
      kind: "deployment",
      change: {},
      beside: [one],
      property: "spec.selector of the-budget",
    }),
  ),
  {
    rule: "kubernetes-stack-network-policy",
    kind: "deployment",
    change: {},
    beside: [policy({ podSelector: UNKNOWN })],
    property: "spec.podSelector of the-policy",
  },
];
