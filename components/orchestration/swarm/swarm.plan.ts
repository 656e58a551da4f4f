import type { SecretSource, VolumePlan } from "../container.plan.ts";

/** A secret of the Swarm. Its own name gets a hash of its value, so that a new value is a new secret. */
export interface SwarmSecret {
  readonly name: string;
  readonly source: SecretSource;
  /** Labels that the settings give it; they are part of its name, as its value is. */
  readonly ownLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A configuration file of the Swarm; its name carries a hash of its content. */
export interface SwarmConfig {
  readonly name: string;
  readonly content: string;
}

/** An overlay network over all hosts. */
export interface SwarmNetwork {
  readonly name: string;
  readonly subnet: string;
  /** Named also where nobody chose it: the engine reports it, and what isn't asked for would be taken away again. */
  readonly gateway: string;
  readonly addressRange: string | undefined;
  /** Whether a stack file, which knows neither gateways nor address ranges, makes the same network. */
  readonly inStack: boolean;
  readonly attachable: boolean;
  readonly internal: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A volume on the host to which what mounts it is pinned. A Swarm's managers know no volume of another host. */
export interface SwarmVolume extends VolumePlan {
  readonly host: string;
  /** Engine of that host. */
  readonly engineAddress: string;
}

export type SwarmMount =
  | { readonly kind: "volume"; readonly volume: string; readonly path: string }
  | { readonly kind: "folder"; readonly folder: string; readonly path: string; readonly readOnly: boolean }
  | { readonly kind: "memory"; readonly path: string; readonly sizeBytes: number };

export interface SwarmChange {
  readonly parallelism: number;
  readonly delaySeconds: number;
  readonly onFailure: "rollback" | "pause" | "continue";
  readonly monitorSeconds: number;
  readonly maxFailureRatio: number;
  readonly order: "start-first" | "stop-first";
}

/** One service, in Docker's own terms. */
export interface SwarmService {
  readonly key: string;
  readonly name: string;
  readonly image: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
  /** File below /run/secrets, by the name of the secret. */
  readonly secrets: readonly { readonly secret: string; readonly file: string; readonly user: string }[];
  readonly configs: readonly { readonly config: string; readonly path: string }[];
  readonly mounts: readonly SwarmMount[];
  readonly healthCheck: {
    readonly command: readonly string[];
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly startPeriodSeconds: number;
    readonly retries: number;
  };
  readonly stopGraceSeconds: number;
  readonly mode: { readonly kind: "global" } | { readonly kind: "replicated"; readonly replicas: number };
  /** Whether the count may be changed by whoever scales it, without the deployment setting it back. */
  readonly scaledByOthers: boolean;
  readonly endpointMode: "vip" | "dnsrr";
  readonly ports: readonly {
    readonly target: number;
    readonly published: number;
    readonly protocol: "tcp" | "udp";
    readonly mode: "ingress" | "host";
  }[];
  readonly limits: { readonly milliCpu: number; readonly memoryBytes: number };
  readonly reservations: { readonly milliCpu: number; readonly memoryBytes: number; readonly gpus: number };
  readonly restart: {
    readonly condition: "any" | "on-failure" | "none";
    readonly delaySeconds: number;
    readonly maxAttempts: number | undefined;
    readonly windowSeconds: number;
  };
  readonly placement: {
    readonly constraints: readonly string[];
    readonly spreadOver: readonly string[];
    readonly maxPerHost: number | undefined;
  };
  readonly update: SwarmChange;
  readonly rollback: SwarmChange;
  readonly log: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of the containers, which say what they are part of: another one would have the whole service made anew. */
  readonly identity: Readonly<Record<string, string>>;
  /** Keys of the services that are made first. */
  readonly dependsOn: readonly string[];
}

/** How the hosts become a Swarm. */
interface SwarmCluster {
  readonly managers: readonly SwarmHost[];
  readonly workers: readonly SwarmHost[];
  readonly advertiseAddress: string;
  readonly dataPathPort: number | undefined;
  readonly addressPools: readonly string[];
  readonly forceNewCluster: boolean;
  readonly taskHistoryLimit: number;
}

export interface SwarmHost {
  readonly name: string;
  readonly address: string;
  readonly engineAddress: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Everything that the Swarm is told. */
export interface SwarmPlan {
  readonly kind: "swarm";
  /** Stack's name, and prefix of everything in it. */
  readonly name: string;
  /** Engine of the first manager. */
  readonly engineAddress: string;
  readonly cluster: SwarmCluster;
  readonly network: SwarmNetwork;
  readonly secrets: readonly SwarmSecret[];
  readonly configs: readonly SwarmConfig[];
  readonly volumes: readonly SwarmVolume[];
  /** In the order in which they are made. */
  readonly services: readonly SwarmService[];
}

/** Time on top of the slowest start and stop after which a deployment gives up waiting for a service. */
const CONVERGE_MARGIN_SECONDS = 300;

/** How long a deployment waits at most: every replacement is watched, and what paused before it has been waited for. */
export function convergeSeconds({ update, stopGraceSeconds }: SwarmService, replicas: number): number {
  const replacements = update.parallelism === 0 ? 1 : Math.ceil(replicas / update.parallelism);
  return replacements * (update.delaySeconds + update.monitorSeconds) + stopGraceSeconds + CONVERGE_MARGIN_SECONDS;
}

/** How long the services of a Swarm take at most to become as the plan says, in seconds. */
export function swarmSettleSeconds({ services, cluster }: SwarmPlan): number {
  const hosts = cluster.managers.length + cluster.workers.length;
  const taken = services.map((service) =>
    convergeSeconds(service, service.mode.kind === "global" ? hosts : service.mode.replicas),
  );
  return Math.max(0, ...taken);
}
