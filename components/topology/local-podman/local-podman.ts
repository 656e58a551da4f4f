import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { BlueprintComponent, type Transform } from "../../core/index.ts";
import {
  dockerContainerArgs,
  dockerContainerOptions,
  dockerNetworkArgs,
  dockerNetworkOptions,
  dockerVolumeArgs,
  secretResolver,
} from "../../orchestration/index.ts";
import type { LocalPodmanPlan } from "./local-podman.plan.ts";

/** What a caller gives beside the plan. */
export interface LocalPodmanOptions {
  /** Reads a secret of the stack's configuration. */
  readonly readSecret: (name: string) => pulumi.Output<string>;
  /** Last word on a child's arguments, by child. */
  readonly transforms?: LocalPodmanTransforms;
}

/** Functions that change a child before it is made. */
export interface LocalPodmanTransforms {
  readonly provider?: Transform<docker.ProviderArgs>;
  readonly network?: Transform<docker.NetworkArgs>;
  readonly volume?: Transform<docker.VolumeArgs>;
  readonly image?: Transform<docker.RemoteImageArgs>;
  readonly container?: Transform<docker.ContainerArgs>;
}

/** The agent, its database and further containers on one desktop. Cost: none beyond the machine. */
export class LocalPodman extends BlueprintComponent {
  /** Where the agent answers on the desktop. */
  readonly url: string;
  /** Names of the containers, in start order. */
  readonly containerNames: readonly string[];

  constructor(
    name: string,
    plan: LocalPodmanPlan,
    options: LocalPodmanOptions,
    resourceOptions?: pulumi.ComponentResourceOptions,
  ) {
    super("topology:LocalPodman", name, resourceOptions);
    const { transforms = {} } = options;
    const engine = plan.engine.kind;

    const provider = this.child(
      "engine",
      (childName, args, own) => new docker.Provider(childName, args, own),
      { host: plan.engine.socket },
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
        { provider },
        transforms.volume,
      ),
    );

    // A missing image is an error before anything that runs is touched.
    const images = imagesOf(plan).map((image) =>
      this.child(
        `image-${image}`,
        (childName, args, own) => new docker.RemoteImage(childName, args, own),
        { name: image, keepLocally: true },
        { provider },
        transforms.image,
      ),
    );

    const resolveSecret = secretResolver(options.readSecret, (secret, args) =>
      this.child(
        secret,
        (childName, own, childOptions) => new random.RandomPassword(childName, own, childOptions),
        args,
      ),
    );
    const made = new Map<string, docker.Container>();
    for (const container of plan.containers) {
      const dependencies = container.dependsOn.flatMap((key) => made.get(key) ?? []);
      const child = this.child(
        container.key,
        (childName, args, own) => new docker.Container(childName, args, own),
        dockerContainerArgs(container, engine, network.name, resolveSecret),
        { provider, dependsOn: [...images, ...volumes, ...dependencies], ...dockerContainerOptions(engine) },
        transforms.container,
      );
      made.set(container.key, child);
    }

    this.url = plan.desktop.agent.address;
    this.containerNames = plan.containers.map((container) => container.name);
    this.registerOutputs({ url: this.url, containerNames: this.containerNames });
  }
}

function imagesOf(plan: LocalPodmanPlan): string[] {
  return [...new Set(plan.containers.map((container) => container.image.text))];
}
