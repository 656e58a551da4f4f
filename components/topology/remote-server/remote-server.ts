import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { BlueprintComponent, type Transform } from "../../core/index.ts";
import {
  type ContainerTransforms,
  KubernetesObjects,
  type KubernetesTransforms,
  keptPasswordOptions,
  type ResolveSecret,
  StandaloneHost,
  SwarmServices,
  type SwarmTransforms,
  secretResolver,
} from "../../orchestration/index.ts";
import type { RemoteServerPlan } from "./remote-server.plan.ts";

/** Functions that change a child before it is made, by orchestrator. */
export interface RemoteServerTransforms {
  readonly standalone?: ContainerTransforms;
  readonly swarm?: SwarmTransforms;
  readonly kubernetes?: KubernetesTransforms;
  readonly password?: Transform<random.RandomPasswordArgs>;
}

/** What a caller gives beside the plan. */
export interface RemoteServerOptions {
  /** Reads a secret of the stack's configuration. */
  readonly readSecret: (name: string) => pulumi.Output<string>;
  /** Last word on a child's arguments, by orchestrator and child. */
  readonly transforms?: RemoteServerTransforms;
}

/** The agent and what it needs on own hosts. Cost: none beyond the hosts, which must exist. */
export class RemoteServer extends BlueprintComponent {
  /** Where clients reach the agent. */
  readonly url: string;

  constructor(
    name: string,
    plan: RemoteServerPlan,
    { readSecret, transforms = {} }: RemoteServerOptions,
    resourceOptions?: pulumi.ComponentResourceOptions,
  ) {
    super("topology:RemoteServer", name, resourceOptions);
    const resolveSecret = secretResolver(readSecret, (secret, args) =>
      this.child(
        secret,
        (childName, own, options) => new random.RandomPassword(childName, own, options),
        args,
        keptPasswordOptions(plan.volumes),
        transforms.password,
      ),
    );
    this.#orchestrate(name, plan, { readSecret, transforms }, resolveSecret);
    this.url = plan.client.endpoints.api;
    this.registerOutputs({ url: this.url, orchestrator: plan.choice.kind, keeps: this.keeps });
  }

  #orchestrate(
    name: string,
    plan: RemoteServerPlan,
    { readSecret, transforms = {} }: RemoteServerOptions,
    resolveSecret: ResolveSecret,
  ): void {
    const { target } = plan;
    const registries = plan.registries.map(({ host, username, passwordSecret }) => ({
      host,
      username,
      password: readSecret(passwordSecret),
    }));
    const auth: docker.ProviderArgs["registryAuth"] =
      registries.length > 0
        ? registries.map(({ host, username, password }) => ({ address: host, username, password }))
        : undefined;
    switch (target.kind) {
      case "standalone":
        for (const host of target.hosts) {
          new StandaloneHost(
            `${name}-${host.name}`,
            host,
            { engine: target.engine, registries: auth, resolveSecret, transforms: transforms.standalone ?? {} },
            { parent: this },
          );
        }
        break;
      case "swarm":
        new SwarmServices(
          `${name}-swarm`,
          target,
          { registries: auth, resolveSecret, transforms: transforms.swarm ?? {} },
          { parent: this },
        );
        break;
      case "kubernetes":
        new KubernetesObjects(
          `${name}-kubernetes`,
          target,
          { registries, resolveSecret, transforms: transforms.kubernetes ?? {} },
          { parent: this },
        );
        break;
    }
  }
}
