import type { batch, core, rbac } from "@pulumi/kubernetes/types/input.js";
import { formatCpu, mebibytes, milliCpu, platformName, toMiB, toNumericCron } from "../../core/index.ts";
import type { WorkloadPlan } from "../workload.plan.ts";
import { entry, type KubernetesContext, metadataOf, pullSecretName } from "./context.ts";
import type { KubernetesEntry } from "./kubernetes.plan.ts";
import { EDGE_SECONDS } from "./schedule.windows.ts";

/** What a pod that tells the autoscaler takes: both its request and its limit. */
export const SCHEDULE_RESOURCES = {
  cpuRequest: milliCpu(100),
  cpuLimit: milliCpu(100),
  memoryRequest: mebibytes(64),
  memoryLimit: mebibytes(64),
} as const;

/** How late a window's edge may still be begun, and how long putting it into effect may take: together one edge's time. */
const LATE_SECONDS = 180;
const WORK_SECONDS = EDGE_SECONDS - LATE_SECONDS;
const RETRIES = 4;
/** The user that the image's program runs as, who owns nothing. */
const NOBODY = 65_532;
/** A CronJob's name has 52 characters, of which the window and the edge may take 22. */
const NAME_ROOM = 29;
const TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOKEN_SECONDS = 600;

/**
 * What raises the autoscaler's least number of pods when a window begins and lowers it when it ends: two CronJobs for
 * each window, and an account that may change this autoscaler and nothing else.
 */
export function scheduleOf(context: KubernetesContext, workload: WorkloadPlan): KubernetesEntry[] {
  const { namespace, settings } = context;
  const { windows } = settings.autoscaling.schedule;
  if (workload.key !== "agent" || Object.keys(windows).length === 0) return [];
  const name = platformName("kubernetes", workload.name, "schedule");
  const metadata = metadataOf(name, workload.labels, { namespace });
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata,
    rules: [
      {
        apiGroups: ["autoscaling"],
        resources: ["horizontalpodautoscalers"],
        resourceNames: [workload.name],
        verbs: ["get", "patch"],
      },
    ] satisfies rbac.v1.PolicyRule[],
  };
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name } satisfies rbac.v1.RoleRef,
    subjects: [{ kind: "ServiceAccount", name, namespace }] satisfies rbac.v1.Subject[],
  };
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false };
  const edges = Object.entries(windows).flatMap(([window, { start, end, replicas }]) => [
    { window, edge: "start", schedule: toNumericCron(start), least: replicas },
    { window, edge: "end", schedule: toNumericCron(end), least: workload.replicas.min },
  ]);
  return [
    entry("schedule-account", account, ["namespace"]),
    entry("schedule-role", role, ["namespace"]),
    entry("schedule-binding", binding, ["schedule-account", "schedule-role"]),
    ...edges.map(({ window, edge, schedule, least }) => {
      const own = platformName("kubernetes", workload.name.slice(0, NAME_ROOM), window, edge);
      const object = {
        apiVersion: "batch/v1",
        kind: "CronJob",
        metadata: metadataOf(own, workload.labels, { namespace }),
        spec: cronJob(context, workload, name, schedule, least),
      };
      return entry(`schedule-${window}-${edge}`, object, ["schedule-binding", `autoscaler-${workload.key}`]);
    }),
  ];
}

function cronJob(
  { settings, input }: KubernetesContext,
  workload: WorkloadPlan,
  account: string,
  schedule: string,
  least: number,
): batch.v1.CronJobSpec {
  const { labels } = metadataOf(account, workload.labels);
  return {
    schedule,
    timeZone: settings.autoscaling.schedule.timeZone,
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: LATE_SECONDS,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      spec: {
        activeDeadlineSeconds: WORK_SECONDS,
        backoffLimit: RETRIES,
        template: {
          // Not the agent's own labels: its service and its budget must not find this pod.
          metadata: { labels: { ...labels, "app.kubernetes.io/name": "schedule" } },
          spec: podSpec(settings.autoscaling.schedule.image.text, account, pullSecretsOf(input), [
            "patch",
            `horizontalpodautoscaler/${workload.name}`,
            "--type=merge",
            `--patch={"spec":{"minReplicas":${least}}}`,
          ]),
        },
      },
    },
  };
}

function pullSecretsOf(input: KubernetesContext["input"]): core.v1.LocalObjectReference[] {
  return input.registryHosts.length > 0 ? [{ name: pullSecretName(input) }] : [];
}

function podSpec(
  image: string,
  serviceAccountName: string,
  imagePullSecrets: core.v1.LocalObjectReference[],
  args: string[],
): core.v1.PodSpec {
  const amounts = {
    cpu: formatCpu(SCHEDULE_RESOURCES.cpuLimit),
    memory: `${toMiB(SCHEDULE_RESOURCES.memoryLimit)}Mi`,
  };
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    imagePullSecrets,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: NOBODY,
      runAsGroup: NOBODY,
      fsGroup: NOBODY,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "kubectl",
        image,
        imagePullPolicy: "IfNotPresent",
        args,
        resources: { requests: amounts, limits: amounts },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          privileged: false,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [{ name: "token", mountPath: TOKEN_FOLDER, readOnly: true }],
      },
    ],
    // A token that is worth something for the time of one change, where kubectl looks for it.
    volumes: [
      {
        name: "token",
        projected: {
          defaultMode: 0o440,
          sources: [
            { serviceAccountToken: { path: "token", expirationSeconds: TOKEN_SECONDS } },
            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
            {
              downwardAPI: {
                items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
              },
            },
          ],
        },
      },
    ],
  };
}
