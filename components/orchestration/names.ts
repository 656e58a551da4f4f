import { platformName } from "../core/index.ts";

/** Name of an environment's container, workload or volume by its key; it is also its host name on the network. */
export function objectName(environment: string, key: string): string {
  return platformName("container", "flame", environment, key);
}

/** Namespace of everything on a cluster: the one that is set, or the environment's own. */
export function kubernetesNamespace(environment: string, { namespace }: { readonly namespace?: string }): string {
  return namespace ?? platformName("kubernetes", "flame", environment);
}
