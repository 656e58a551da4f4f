import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../../core/index.ts";
import { DockerComponent, type DockerTransforms, makeInOrder } from "../docker-component.ts";
import type { ResolveSecret } from "../standalone/docker-container.ts";
import type { SwarmPlan, SwarmService, SwarmVolume } from "./swarm.plan.ts";
import {
  swarmConfigArgs,
  swarmNetworkArgs,
  swarmNetworkOptions,
  swarmSecretArgs,
  swarmSecretOptions,
  swarmServiceArgs,
  swarmServiceOptions,
} from "./swarm.resources.ts";

/** Functions that change a child before it is made. */
export interface SwarmTransforms extends DockerTransforms {
  readonly secret?: Transform<docker.SecretArgs>;
  readonly config?: Transform<docker.ServiceConfigArgs>;
  readonly service?: Transform<docker.ServiceArgs>;
}

interface SwarmOptions {
  readonly registries: docker.ProviderArgs["registryAuth"];
  readonly resolveSecret: ResolveSecret;
  readonly transforms: SwarmTransforms;
}

/**
 * A Swarm's network, secrets, configuration files, volumes and services. The Swarm itself is made by the rendered
 * bootstrap.sh. A volume is made through the engine of its own host: a manager can make, see and remove only its own.
 */
export class SwarmServices extends DockerComponent {
  constructor(
    name: string,
    plan: SwarmPlan,
    { registries, resolveSecret, transforms }: SwarmOptions,
    resourceOptions?: pulumi.ComponentResourceOptions,
  ) {
    super("orchestration:SwarmServices", name, resourceOptions);
    const engine = (childName: string, host: string) =>
      this.makeEngine(childName, { host, registryAuth: registries }, transforms);
    const provider = engine("engine", plan.engineAddress);
    const network = this.makeNetwork(
      swarmNetworkArgs(plan.network),
      { provider, ...swarmNetworkOptions(plan.network) },
      transforms,
    );
    const secrets = new Map(
      plan.secrets.map((secret) => [
        secret.name,
        this.child(
          `secret-${secret.name}`,
          (childName, args, own) => new docker.Secret(childName, args, own),
          swarmSecretArgs(secret, resolveSecret(secret.source)),
          { provider, ...swarmSecretOptions(secret) },
          transforms.secret,
        ),
      ]),
    );
    const configs = new Map(
      plan.configs.map((config) => [
        config.name,
        this.child(
          `config-${config.name}`,
          (childName, args, own) => new docker.ServiceConfig(childName, args, own),
          swarmConfigArgs(config),
          { provider },
          transforms.config,
        ),
      ]),
    );

    const engines = new Map([[plan.engineAddress, provider]]);
    const engineOf = ({ host, engineAddress }: SwarmVolume) => {
      const known = engines.get(engineAddress) ?? engine(`engine-${host}`, engineAddress);
      engines.set(engineAddress, known);
      return known;
    };
    const volumes = new Map(
      plan.volumes.map((volume) => [
        volume.name,
        this.makeVolume(`volume-${volume.host}-${volume.name}`, volume, { provider: engineOf(volume) }, transforms),
      ]),
    );
    const mountedBy = ({ mounts }: SwarmService) =>
      mounts.flatMap((mount) => (mount.kind === "volume" ? (volumes.get(mount.volume) ?? []) : []));

    makeInOrder(
      plan.services,
      (service) => service.key,
      (service) => service.dependsOn,
      (service: SwarmService, after: readonly docker.Service[]) =>
        this.child(
          service.key,
          (childName, args, own) => new docker.Service(childName, args, own),
          swarmServiceArgs(service, { network: network.id, secrets, configs }),
          {
            provider,
            dependsOn: [...mountedBy(service), ...after],
            // A network can't go while a service is on it.
            replaceWith: [network],
            ...swarmServiceOptions(service),
          },
          transforms.service,
        ),
    );
    this.registerOutputs({ keeps: this.keeps });
  }
}
