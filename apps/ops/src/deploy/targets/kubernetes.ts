import type { KubernetesPlan } from "../../../../../components/orchestration/index.ts";
import type { Orchestrated } from "./server.ts";

/** A cluster: everything by its API server, which refuses a port that is taken by itself; its nodes pull the images. */
export function kubernetesObjects({ context, kubeconfig, namespace }: KubernetesPlan): Orchestrated {
  return { engines: [{ kind: "kubernetes", context, kubeconfig, namespace }], ports: [], volumes: [], images: [] };
}
