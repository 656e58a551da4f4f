import { formatCpu, manifestYaml, platformName } from "../../core/index.ts";
import type { ContainerPlan, MountPlan, VolumePlan } from "../container.plan.ts";
import { podmanSecretName } from "./docker-container.ts";

/** The volumes as a document for `podman kube play`: played once, since Podman refuses a claim that exists. */
export function kubePlayVolumes(volumes: readonly VolumePlan[]): string {
  const comment = "# Once: podman kube play volumes.yaml (Podman refuses a claim that exists already)\n";
  return comment + documents(volumes.map(claimOf));
}

/** The containers as a document for `podman kube play`, one pod each; how to play and stop them heads the file. */
export function kubePlayPods(environment: string, network: string, containers: readonly ContainerPlan[]): string {
  const stops = [...containers]
    .reverse()
    .map((one) => `#   podman stop --time ${one.stopGraceSeconds} ${one.name}-${one.key}`);
  const secrets = containers
    .flatMap((one) => Object.values(one.secrets).map((source) => podmanSecretName(environment, source)))
    .map((name) => `#   podman secret create ${name} - <<< '{"value":"<base64 of the value>"}'`);
  const comment = [
    ...(secrets.length > 0 ? ["# Before the first play, the secrets:", ...new Set(secrets)] : []),
    `# To play: podman kube play --network ${network} pods.yaml`,
    "# To stop, so that running turns finish (kube down kills at once):",
    ...stops,
    "#   podman kube down pods.yaml",
  ];
  return `${comment.join("\n")}\n${documents(containers.map((container) => podOf(environment, container)))}`;
}

function documents(all: readonly object[]): string {
  return all.map(manifestYaml).join("---\n");
}

function claimOf(volume: VolumePlan) {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: volume.name, labels: volume.labels },
    // Kubernetes' schema wants a size; Podman's local driver has none to enforce.
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
}

/** One pod a container, so that each has its own address, name and limits on the network. */
function podOf(environment: string, container: ContainerPlan) {
  const [runAsUser, runAsGroup] = container.user.split(":").map(Number);
  // Podman keeps an emptyDir under its bare name, for all pods: the name must be the container's own.
  const mounts = container.mounts.map((mount, index) => ({
    mount,
    name: platformName("kubernetes", container.name, `${index}`),
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: container.name, labels: container.labels },
    spec: {
      hostname: container.name,
      restartPolicy: restartOf(container),
      // Podman 4 leaves this out of account: the commands that head the file keep the grace there.
      terminationGracePeriodSeconds: container.stopGraceSeconds,
      automountServiceAccountToken: false,
      ...(container.dnsServers.length > 0 && { dnsConfig: { nameservers: container.dnsServers } }),
      containers: [
        {
          name: container.key,
          image: container.image.text,
          imagePullPolicy: "IfNotPresent",
          ...(container.entrypoint.length > 0 && { command: container.entrypoint }),
          ...(container.command.length > 0 && { args: container.command }),
          env: [
            ...Object.entries(container.environment).map(([name, value]) => ({ name, value })),
            ...Object.entries(container.secrets).map(([name, source]) => ({
              name,
              valueFrom: { secretKeyRef: { name: podmanSecretName(environment, source), key: "value" } },
            })),
          ],
          ports: container.ports.map((port) => ({
            containerPort: port.containerPort,
            hostPort: port.hostPort,
            hostIP: port.address,
            protocol: port.protocol.toUpperCase(),
          })),
          resources: {
            requests: { memory: `${container.limits.memoryReservationMiB}Mi` },
            limits: { cpu: formatCpu(container.limits.cpu), memory: `${container.limits.memoryMiB}Mi` },
          },
          securityContext: {
            runAsUser,
            ...(runAsGroup !== undefined && { runAsGroup }),
            runAsNonRoot: true,
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            privileged: false,
            capabilities: { drop: ["ALL"] },
          },
          livenessProbe: {
            exec: { command: container.healthCheck.command },
            initialDelaySeconds: container.healthCheck.startPeriodSeconds,
            periodSeconds: container.healthCheck.intervalSeconds,
            timeoutSeconds: container.healthCheck.timeoutSeconds,
            failureThreshold: container.healthCheck.retries,
          },
          volumeMounts: mounts.map(({ mount, name }) => ({
            name,
            mountPath: mount.containerPath,
            ...(mount.kind === "folder" && mount.mode === "ro" && { readOnly: true }),
          })),
        },
      ],
      volumes: mounts.map(({ mount, name }) => ({ name, ...volumeSource(mount) })),
    },
  };
}

function volumeSource(mount: MountPlan) {
  switch (mount.kind) {
    case "volume":
      return { persistentVolumeClaim: { claimName: mount.volume } };
    case "folder":
      return { hostPath: { path: mount.hostPath, type: "Directory" } };
    case "memory":
      return { emptyDir: { medium: "Memory", sizeLimit: `${mount.sizeMiB}Mi` } };
  }
}

function restartOf({ restart }: ContainerPlan): "Always" | "OnFailure" | "Never" {
  switch (restart.kind) {
    case "never":
      return "Never";
    case "on-failure":
      return "OnFailure";
    case "always":
    case "unless-stopped":
      return "Always";
  }
}
