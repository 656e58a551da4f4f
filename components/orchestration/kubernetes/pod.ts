import type { core } from "@pulumi/kubernetes/types/input.js";
import { formatCpu, platformName, toMiB } from "../../core/index.ts";
import type { MountPlan } from "../container.plan.ts";
import type { WorkloadPlan } from "../workload.plan.ts";
import { affinityOf, spreadOf, tolerationsOf } from "./affinity.ts";
import { type KubernetesContext, metadataOf, pullSecretName, secretReference, selectorOf } from "./context.ts";
import { fileKey, filesName } from "./files.ts";

/** Smallest version whose preStop hook can sleep by itself, without a program in the image. */
const SLEEP_SINCE = 30;

/** What a workload's pods are made from. `own` labels tell versions apart that run side by side. */
export function podTemplate(
  context: KubernetesContext,
  workload: WorkloadPlan,
  own: Readonly<Record<string, string>> = {},
) {
  return {
    metadata: podMetadata(workload, own),
    spec: podSpec(context, workload),
  } satisfies core.v1.PodTemplateSpec;
}

function podMetadata(workload: WorkloadPlan, own: Readonly<Record<string, string>>) {
  const { labels, annotations } = metadataOf(workload.name, {
    ...workload.labels,
    ...selectorOf(workload),
    ...own,
  });
  const scraped = workload.metrics && {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": `${workload.metrics.port}`,
    "prometheus.io/path": workload.metrics.path,
  };
  return { labels, annotations: { ...annotations, ...scraped, ...bandwidth(workload) } };
}

/** Bits in a second, as the networks' bandwidth plugin counts. */
function bandwidth({ resources: { ingressPerSecond, egressPerSecond } }: WorkloadPlan): Record<string, string> {
  return {
    ...(ingressPerSecond !== undefined && { "kubernetes.io/ingress-bandwidth": `${ingressPerSecond * 8}` }),
    ...(egressPerSecond !== undefined && { "kubernetes.io/egress-bandwidth": `${egressPerSecond * 8}` }),
  };
}

function podSpec(context: KubernetesContext, workload: WorkloadPlan) {
  const { input, settings, serviceAccount, governance } = context;
  const [runAsUser = 0, runAsGroup = runAsUser] = workload.user.split(":").map(Number);
  const own = governance.classes[workload.key];
  const seccomp = workload.security.seccomp;
  const volumes = volumesOf(workload);
  return {
    serviceAccountName: serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(input.registryHosts.length > 0 && { imagePullSecrets: [{ name: pullSecretName(input) }] }),
    priorityClassName:
      own !== undefined ? platformName("kubernetes", input.name, own.name) : priorityClassOf(context, workload),
    terminationGracePeriodSeconds: graceOf(context, workload),
    securityContext: {
      runAsNonRoot: true,
      runAsUser,
      runAsGroup,
      fsGroup: settings.fsGroup ?? runAsGroup,
      seccompProfile:
        seccomp.kind === "profile" ? { type: "Localhost", localhostProfile: seccomp.path } : { type: "RuntimeDefault" },
    },
    affinity: affinityOf(workload),
    topologySpreadConstraints: spreadOf(workload),
    tolerations: tolerationsOf(workload),
    containers: [containerOf(context, workload, volumes)],
    volumes: volumes.map(({ source }) => source),
  } satisfies core.v1.PodSpec;
}

/** A database ends at once when it is told to: only what turns go through serves on until no proxy sends them. */
function graceOf({ input, settings }: KubernetesContext, workload: WorkloadPlan): number {
  if (workload.key === "agent") return input.turns.stopGraceSeconds;
  return workload.stopGraceSeconds + (workload.ports.length > 0 ? settings.endpointPropagationSeconds : 0);
}

function containerOf(context: KubernetesContext, workload: WorkloadPlan, volumes: readonly PodVolume[]) {
  const { input, settings } = context;
  const { resources, healthCheck: check } = workload;
  const port = workload.ports[0];
  const probe = {
    periodSeconds: check.intervalSeconds,
    timeoutSeconds: check.timeoutSeconds,
    failureThreshold: check.retries,
  };
  const exec = { command: [...check.command] };
  const minor = Number(settings.version.split(".")[1]);
  const wait = settings.endpointPropagationSeconds;
  return {
    name: workload.key,
    image: workload.image.text,
    imagePullPolicy: "IfNotPresent",
    ...(workload.entrypoint.length > 0 && { command: [...workload.entrypoint] }),
    ...(workload.command.length > 0 && { args: [...workload.command] }),
    env: [
      ...Object.entries(workload.environment).map(([name, value]) => ({ name, value })),
      ...Object.entries(workload.secrets).map(([name, source]) => ({
        name,
        valueFrom: { secretKeyRef: secretReference(input, source) },
      })),
    ],
    ports: workload.ports.map(({ name, containerPort, protocol }) => ({
      name,
      containerPort,
      protocol: protocol.toUpperCase(),
    })),
    resources: {
      requests: amounts({
        cpu: formatCpu(resources.cpuRequest),
        memory: mebibytes(resources.memoryRequest),
        "ephemeral-storage": mebibytes(resources.ephemeralRequest),
        "nvidia.com/gpu": gpus(resources.gpus),
      }),
      limits: amounts({
        cpu: formatCpu(resources.cpuLimit),
        memory: mebibytes(resources.memoryLimit),
        "ephemeral-storage": mebibytes(resources.ephemeralLimit),
        "nvidia.com/gpu": gpus(resources.gpus),
      }),
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      privileged: false,
      capabilities: { drop: ["ALL"] },
    },
    startupProbe: {
      exec,
      ...probe,
      failureThreshold: Math.max(1, Math.ceil(check.startPeriodSeconds / check.intervalSeconds)) + check.retries,
    },
    livenessProbe: { exec, ...probe },
    readinessProbe:
      workload.readyPath !== undefined && port
        ? { httpGet: { path: workload.readyPath, port: port.name }, ...probe, failureThreshold: 1 }
        : { exec, ...probe },
    // Endpoints learn of a stopping pod only after a while: it serves on until then.
    ...(port && {
      lifecycle: {
        preStop: minor >= SLEEP_SINCE ? { sleep: { seconds: wait } } : { exec: { command: ["sleep", `${wait}`] } },
      },
    }),
    volumeMounts: volumes.flatMap(({ mounts }) => mounts),
  } satisfies core.v1.Container;
}

interface PodVolume {
  readonly source: core.v1.Volume;
  readonly mounts: core.v1.VolumeMount[];
}

function volumesOf(workload: WorkloadPlan): PodVolume[] {
  const mounts = workload.mounts.flatMap((mount, index) =>
    volumeOf(mount, platformName("kubernetes", `mount-${index}`)),
  );
  if (workload.files.length === 0) return mounts;
  const files: PodVolume = {
    source: { name: "files", configMap: { name: filesName(workload) } },
    mounts: workload.files.map(({ path }) => ({
      name: "files",
      mountPath: path,
      subPath: fileKey(path),
      readOnly: true,
    })),
  };
  return [...mounts, files];
}

function volumeOf(mount: MountPlan, name: string): PodVolume[] {
  const mounts = [{ name, mountPath: mount.containerPath }];
  switch (mount.kind) {
    case "volume":
      return [{ source: { name, persistentVolumeClaim: { claimName: mount.volume } }, mounts }];
    case "folder":
      // Refused before: Pod Security allows no folder of a node.
      return [];
    case "memory":
      return [{ source: { name, emptyDir: { medium: "Memory", sizeLimit: `${mount.sizeMiB}Mi` } }, mounts }];
  }
}

/** Name of the class that the plan makes of a workload's priority, unless a class is named. */
function priorityClassOf({ input, settings }: KubernetesContext, { resources }: WorkloadPlan): string {
  return settings.priorityClass ?? platformName("kubernetes", input.name, resources.priority);
}

function amounts(given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

function mebibytes(bytes: Parameters<typeof toMiB>[0] | undefined): string | undefined {
  return bytes === undefined ? undefined : `${toMiB(bytes)}Mi`;
}

function gpus(count: number): string | undefined {
  return count === 0 ? undefined : `${count}`;
}
