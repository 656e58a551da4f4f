import { manifestYaml } from "../../core/index.ts";
import type { KubernetesPlan } from "./kubernetes.plan.ts";

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
  const head = [
    "# To apply: kubectl apply --server-side --filename objects.yaml",
    ...(commands.length > 0
      ? [`# Before that, kubectl create namespace ${namespace}, and each secret from standard input:`, ...commands]
      : []),
  ];
  const documents = entries.map(({ object }) => manifestYaml(object));
  return `${head.join("\n")}\n${documents.join("---\n")}`;
}
