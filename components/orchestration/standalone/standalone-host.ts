import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { type ContainerTransforms, DockerComponent, makeInOrder } from "../docker-component.ts";
import {
  dockerContainerArgs,
  dockerContainerOptions,
  dockerNetworkArgs,
  dockerNetworkOptions,
  type ResolveSecret,
} from "./docker-container.ts";
import type { StandaloneContainer, StandaloneHostPlan } from "./standalone.plan.ts";

interface StandaloneHostOptions {
  readonly engine: "podman" | "docker";
  readonly registries: docker.ProviderArgs["registryAuth"];
  readonly resolveSecret: ResolveSecret;
  readonly transforms: ContainerTransforms;
}

/** One host's network, volumes and containers. A new version's containers are healthy before the old ones stop. */
export class StandaloneHost extends DockerComponent {
  constructor(
    name: string,
    plan: StandaloneHostPlan,
    { engine, registries, resolveSecret, transforms }: StandaloneHostOptions,
    resourceOptions?: pulumi.ComponentResourceOptions,
  ) {
    super("orchestration:StandaloneHost", name, resourceOptions);
    const provider = this.makeEngine("engine", { host: plan.engineAddress, registryAuth: registries }, transforms);
    const volumes = plan.volumes.map((volume) =>
      this.makeVolume(`volume-${volume.name}`, volume, { provider }, transforms),
    );
    const images = this.makeImages(plan.containers, provider, transforms);
    const network = this.makeNetwork(
      dockerNetworkArgs(plan.network, engine),
      // A network that is replaced takes what runs on it down first: only once everything is there that can fail.
      { provider, dependsOn: [...volumes, ...images], ...dockerNetworkOptions(plan.network, engine) },
      transforms,
    );
    makeInOrder(
      plan.containers,
      (container) => container.name,
      (container) => container.after,
      (container: StandaloneContainer, after: readonly docker.Container[]) =>
        this.child(
          container.name,
          (childName, args, own) => new docker.Container(childName, args, own),
          {
            ...dockerContainerArgs(container, engine, network.name, resolveSecret),
            wait: true,
            waitTimeout: container.startupSeconds,
          },
          { provider, dependsOn: [...images, ...volumes, ...after], ...dockerContainerOptions(engine) },
          transforms.container,
        ),
    );
    this.registerOutputs({ keeps: this.keeps });
  }
}
