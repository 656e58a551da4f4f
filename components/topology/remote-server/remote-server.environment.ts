import type { EnvironmentSettings } from "../shared.environment.ts";
import type { RemoteServerTopology } from "./remote-server.settings.ts";

/** Everything that a server's environment is described by. */
export type RemoteServerSettings = EnvironmentSettings<RemoteServerTopology>;

/** What the machine that deploys knows of the hosts. */
export interface FoundOrchestrators {
  /** Context of the kubeconfig whose API server is one of the hosts; `undefined`: there is none. */
  readonly kubernetesContext: string | undefined;
  /** Whether this machine is part of a Swarm. */
  readonly swarmMember: boolean;
}
