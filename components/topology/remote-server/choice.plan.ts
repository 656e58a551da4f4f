import {
  KubernetesSettings,
  type OrchestratorKind,
  StandaloneSettings,
  SwarmSettings,
} from "../../orchestration/index.ts";
import type { FoundOrchestrators } from "./remote-server.environment.ts";
import type { RemoteServerTopology } from "./remote-server.settings.ts";

/** An orchestrator with its settings. */
export type ChosenOrchestrator = StandaloneSettings | SwarmSettings | KubernetesSettings;

/** Which orchestrator the environment goes to, and why not another. */
export interface OrchestratorChoice {
  readonly kind: OrchestratorKind;
  readonly reason: string;
  readonly others: readonly { readonly kind: OrchestratorKind; readonly because: string }[];
}

/** Whether a proxy of the plan's runs on every host. */
export function hasProxies(orchestrator: ChosenOrchestrator): boolean {
  return orchestrator.kind === "standalone" || (orchestrator.kind === "swarm" && orchestrator.publish === "proxy");
}

/** Chooses the orchestrator: the declared one, else by what is found and how many hosts there are. */
export function chooseOrchestrator(
  { orchestrator, hosts }: Pick<RemoteServerTopology, "orchestrator" | "hosts">,
  found: FoundOrchestrators,
): { readonly choice: OrchestratorChoice; readonly settings: ChosenOrchestrator } {
  if (orchestrator.kind !== "auto") {
    const others = (["standalone", "swarm", "kubernetes"] as const).filter((kind) => kind !== orchestrator.kind);
    return {
      choice: {
        kind: orchestrator.kind,
        reason: "topology.orchestrator.kind names it",
        others: others.map((kind) => ({ kind, because: "another one is named" })),
      },
      settings: orchestrator,
    };
  }
  const count = hosts.length === 1 ? "one host" : `${hosts.length} hosts`;
  const noCluster = {
    kind: "kubernetes",
    because: "no context of the kubeconfig has one of the hosts as its API server",
  } as const;
  if (found.kubernetesContext !== undefined) {
    const context = found.kubernetesContext;
    return {
      choice: {
        kind: "kubernetes",
        reason: `context ${context} of the kubeconfig has one of the hosts as its API server`,
        others: [
          { kind: "swarm", because: "the hosts are a Kubernetes cluster already" },
          { kind: "standalone", because: "the hosts are a Kubernetes cluster already" },
        ],
      },
      settings: KubernetesSettings.parse({ kind: "kubernetes", context }),
    };
  }
  if (hosts.length > 1 || found.swarmMember) {
    return {
      choice: {
        kind: "swarm",
        reason: found.swarmMember ? "this machine is part of a Swarm" : `${count} share a network in a Swarm`,
        others: [
          noCluster,
          {
            kind: "standalone",
            because: found.swarmMember ? "a Swarm is there already" : "hosts by themselves share no network",
          },
        ],
      },
      settings: SwarmSettings.parse({ kind: "swarm" }),
    };
  }
  return {
    choice: {
      kind: "standalone",
      reason: `${count} needs no orchestrator, and switches versions behind its own proxy`,
      others: [noCluster, { kind: "swarm", because: "a Swarm of one host adds nothing" }],
    },
    settings: StandaloneSettings.parse({ kind: "standalone" }),
  };
}
