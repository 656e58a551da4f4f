import type { KubernetesPlan } from "../../../../../components/orchestration/index.ts";
import type { EngineReference } from "../engines/index.ts";
import type { Orchestrated } from "./orchestrated.ts";

/** A cluster: everything by its API server, which refuses a port that is taken by itself; its nodes pull the images. */
export function kubernetesObjects({ context, kubeconfig, namespace, entries }: KubernetesPlan): Orchestrated {
  const engine: EngineReference = { kind: "kubernetes", context, kubeconfig, namespace };
  const claims = entries.filter(({ object }) => object.kind === "PersistentVolumeClaim");
  return {
    engines: [engine],
    ports: [],
    volumes: claims.map(({ object }) => ({ engine, name: object.metadata.name })),
    images: [],
  };
}
