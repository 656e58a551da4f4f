import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { BlueprintComponent, type Transform } from "../core/index.ts";
import type { ContainerPlan, VolumePlan } from "./container.plan.ts";
import { keepingOptions } from "./resource-kinds.ts";
import { dockerVolumeArgs } from "./standalone/docker-container.ts";

/** Functions that change a child before it is made, of those that every component on Docker's interface has. */
export interface DockerTransforms {
  readonly provider?: Transform<docker.ProviderArgs>;
  readonly network?: Transform<docker.NetworkArgs>;
  readonly volume?: Transform<docker.VolumeArgs>;
}

/** Functions that change a child before it is made, where containers are. */
export interface ContainerTransforms extends DockerTransforms {
  readonly image?: Transform<docker.RemoteImageArgs>;
  readonly container?: Transform<docker.ContainerArgs>;
}

/** Base of the components whose children are made through Docker's interface, which Podman has too. */
export abstract class DockerComponent extends BlueprintComponent {
  /** The engine that makes the other children. */
  protected makeEngine(name: string, args: docker.ProviderArgs, transforms: DockerTransforms): docker.Provider {
    return this.child(
      name,
      (childName, own, options) => new docker.Provider(childName, own, options),
      args,
      {},
      transforms.provider,
    );
  }

  /** The network that they share. */
  protected makeNetwork(
    args: docker.NetworkArgs,
    options: pulumi.CustomResourceOptions,
    transforms: DockerTransforms,
  ): docker.Network {
    return this.child(
      "network",
      (childName, own, final) => new docker.Network(childName, own, final),
      args,
      options,
      transforms.network,
    );
  }

  /** A volume, whose data no deployment touches where they outlive the environment. */
  protected makeVolume(
    name: string,
    plan: VolumePlan,
    options: pulumi.CustomResourceOptions,
    transforms: DockerTransforms,
  ): docker.Volume {
    return this.child(
      name,
      (childName, own, final) => new docker.Volume(childName, own, final),
      dockerVolumeArgs(plan),
      { ...options, ...keepingOptions("docker:index/volume:Volume", plan.persistent) },
      transforms.volume,
    );
  }

  /** The containers' images, each once: a missing one is an error before anything that runs is touched. */
  protected makeImages(
    containers: readonly Pick<ContainerPlan, "image" | "imageId">[],
    provider: docker.Provider,
    transforms: ContainerTransforms,
  ): docker.RemoteImage[] {
    const images = new Map(containers.map(({ image, imageId }) => [image.text, imageId]));
    return [...images].map(([image, imageId]) =>
      this.child(
        `image-${image}`,
        (childName, own, options) => new docker.RemoteImage(childName, own, options),
        { name: image, keepLocally: true, ...(imageId !== undefined && { triggers: { imageId } }) },
        { provider },
        transforms.image,
      ),
    );
  }
}

/** Makes things in their order; `make` is given those made before that its plan waits for. */
export function makeInOrder<Plan, Made>(
  plans: readonly Plan[],
  nameOf: (plan: Plan) => string,
  afterOf: (plan: Plan) => readonly string[],
  make: (plan: Plan, after: readonly Made[]) => Made,
): void {
  const made = new Map<string, Made>();
  for (const plan of plans) {
    const after = afterOf(plan).flatMap((name) => made.get(name) ?? []);
    made.set(nameOf(plan), make(plan, after));
  }
}
