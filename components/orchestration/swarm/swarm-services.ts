import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { BlueprintComponent, type Transform } from "../../core/index.ts";
import type { ResolveSecret } from "../standalone/docker-container.ts";
import type { SwarmPlan } from "./swarm.plan.ts";
import {
  swarmConfigArgs,
  swarmNetworkArgs,
  swarmNetworkOptions,
  swarmSecretArgs,
  swarmServiceArgs,
  swarmServiceOptions,
} from "./swarm.resources.ts";

/** Functions that change a child before it is made. */
export interface SwarmTransforms {
  readonly provider?: Transform<docker.ProviderArgs>;
  readonly network?: Transform<docker.NetworkArgs>;
  readonly secret?: Transform<docker.SecretArgs>;
  readonly config?: Transform<docker.ServiceConfigArgs>;
  readonly service?: Transform<docker.ServiceArgs>;
}

interface SwarmOptions {
  readonly registries: docker.ProviderArgs["registryAuth"];
  readonly resolveSecret: ResolveSecret;
  readonly transforms: SwarmTransforms;
}

/** A Swarm's network, secrets, configuration files and services. The Swarm itself is made by the rendered bootstrap.sh. */
export class SwarmServices extends BlueprintComponent {
  constructor(
    name: string,
    plan: SwarmPlan,
    { registries, resolveSecret, transforms }: SwarmOptions,
    resourceOptions?: pulumi.ComponentResourceOptions,
  ) {
    super("orchestration:SwarmServices", name, resourceOptions);
    const provider = this.child(
      "engine",
      (childName, args, own) => new docker.Provider(childName, args, own),
      { host: plan.engineAddress, registryAuth: registries },
      {},
      transforms.provider,
    );
    const network = this.child(
      "network",
      (childName, args, own) => new docker.Network(childName, args, own),
      swarmNetworkArgs(plan.network),
      { provider, ...swarmNetworkOptions(plan.network) },
      transforms.network,
    );
    const secrets = new Map(
      plan.secrets.map((secret) => [
        secret.name,
        this.child(
          `secret-${secret.name}`,
          (childName, args, own) => new docker.Secret(childName, args, own),
          swarmSecretArgs(secret, resolveSecret(secret.source)),
          { provider },
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

    const made = new Map<string, docker.Service>();
    for (const service of plan.services) {
      const child = this.child(
        service.key,
        (childName, args, own) => new docker.Service(childName, args, own),
        swarmServiceArgs(service, { network: network.id, secrets, configs }),
        {
          provider,
          dependsOn: service.dependsOn.flatMap((key) => made.get(key) ?? []),
          ...swarmServiceOptions(service),
        },
        transforms.service,
      );
      made.set(service.key, child);
    }
    this.registerOutputs({});
  }
}
