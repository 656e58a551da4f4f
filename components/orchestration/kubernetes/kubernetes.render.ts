import { manifestYaml } from "../../core/index.ts";
import type { KubernetesEntry, KubernetesPlan } from "./kubernetes.plan.ts";

/** The objects as a file for `kubectl apply`; secrets are only named, with the commands that make them in its head. */
export function kubernetesManifest({ entries, secrets, pullSecret, namespace }: KubernetesPlan): string {
  const commands = secrets.map(
    ({ name, values }) =>
      `#   kubectl --namespace ${namespace} create secret generic ${name} ${Object.keys(values)
        .map((key) => `--from-file=${key}=/dev/stdin`)
        .join(" ")}`,
  );
  if (pullSecret) {
    commands.push(
      `#   kubectl --namespace ${namespace} create secret docker-registry ${pullSecret.name} --from-file=.dockerconfigjson=/dev/stdin`,
    );
  }
  const scheduled = entries.some(({ object }) => object.kind === "CronJob");
  const head = [
    ...(scheduled
      ? [
          "# To apply: kubectl apply --server-side --force-conflicts --filename objects.yaml",
          "# Within a window of the schedule that sets the autoscaler's least number back until the next one.",
        ]
      : ["# To apply: kubectl apply --server-side --filename objects.yaml"]),
    ...(commands.length > 0
      ? [`# Before that, kubectl create namespace ${namespace}, and each secret from standard input:`, ...commands]
      : []),
  ];
  return file(
    head,
    entries.filter(({ madeOnce }) => !madeOnce),
  );
}

/** What is made with the environment and changed by a rollout alone, as a file that is refused where it exists. */
export function kubernetesStable({ entries }: KubernetesPlan): string {
  const head = [
    "# The version that serves. To make it, once, after objects.yaml: kubectl create --filename stable.yaml",
    "# A newer version comes with objects.yaml, has no pod there, and takes this one's place by: blueprint rollout",
  ];
  return file(
    head,
    entries.filter(({ madeOnce }) => madeOnce),
  );
}

function file(head: readonly string[], entries: readonly KubernetesEntry[]): string {
  const documents = entries.map(({ object }) => manifestYaml(object));
  return `${head.join("\n")}\n${documents.join("---\n")}`;
}
