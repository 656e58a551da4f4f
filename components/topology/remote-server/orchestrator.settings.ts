import { z } from "zod";
import { KubernetesSettings, StandaloneSettings, SwarmSettings } from "../../orchestration/index.ts";

/** Who runs the workloads on the hosts. */
export const Orchestrator = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("auto").meta({
      description: "Chosen from what is declared: one host runs by itself, several form a Swarm.",
    }),
  }),
  StandaloneSettings,
  SwarmSettings,
  KubernetesSettings,
]);

export type Orchestrator = z.output<typeof Orchestrator>;
