import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { BlueprintComponent, type Transform } from "../../core/index.ts";
import {
  dockerContainerArgs,
  dockerContainerOptions,
  dockerNetworkArgs,
  dockerNetworkOptions,
  dockerVolumeArgs,
  type ResolveSecret,
} from "./docker-container.ts";
import type { StandaloneHostPlan } from "./standalone.adapter.ts";

/** Functions that change a child before it is made. */
export interface StandaloneTransforms {
  readonly provider?: Transform<docker.ProviderArgs>;
  readonly network?: Transform<docker.NetworkArgs>;
  readonly volume?: Transform<docker.VolumeArgs>;
  readonly image?: Transform<docker.RemoteImageArgs>;
  readonly container?: Transform<docker.ContainerArgs>;
}

interface StandaloneHostOptions {
  readonly engine: "podman" | "docker";
  readonly registries: docker.ProviderArgs["registryAuth"];
  readonly resolveSecret: ResolveSecret;
  readonly transforms: StandaloneTransforms;
}

/** One host's network, volumes and containers. A new version's containers are healthy before the old ones stop. */
export class StandaloneHost extends BlueprintComponent {
  constructor(
    name: string,
    plan: StandaloneHostPlan,
    { engine, registries, resolveSecret, transforms }: StandaloneHostOptions,
    resourceOptions?: pulumi.ComponentResourceOptions,
  ) {
    super("orchestration:StandaloneHost", name, resourceOptions);
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
      dockerNetworkArgs(plan.network, engine),
      { provider, ...dockerNetworkOptions(engine) },
      transforms.network,
    );
    const volumes = plan.volumes.map((volume) =>
      this.child(
        `volume-${volume.name}`,
        (childName, args, own) => new docker.Volume(childName, args, own),
        dockerVolumeArgs(volume),
        { provider, protect: volume.persistent, retainOnDelete: volume.persistent },
        transforms.volume,
      ),
    );
    // A missing image is an error before anything that runs is touched.
    const images = [...new Set(plan.containers.map(({ image }) => image.text))].map((image) =>
      this.child(
        `image-${image}`,
        (childName, args, own) => new docker.RemoteImage(childName, args, own),
        { name: image, keepLocally: true },
        { provider },
        transforms.image,
      ),
    );

    const made = new Map<string, docker.Container>();
    for (const container of plan.containers) {
      const after = container.after.flatMap((earlier) => made.get(earlier) ?? []);
      const child = this.child(
        container.name,
        (childName, args, own) => new docker.Container(childName, args, own),
        {
          ...dockerContainerArgs(container, engine, network.name, resolveSecret),
          wait: true,
          waitTimeout: container.startupSeconds,
        },
        { provider, dependsOn: [...images, ...volumes, ...after], ...dockerContainerOptions(engine) },
        transforms.container,
      );
      made.set(container.name, child);
    }
    this.registerOutputs({});
  }
}
