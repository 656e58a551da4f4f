import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  type ContainerPlan,
  type ContainerTransforms,
  DockerComponent,
  dockerContainerArgs,
  dockerContainerOptions,
  dockerNetworkArgs,
  dockerNetworkOptions,
  keptPasswordOptions,
  makeInOrder,
  secretResolver,
} from "../../orchestration/index.ts";
import type { LocalPodmanPlan } from "./local-podman.plan.ts";

/** What a caller gives beside the plan. */
export interface LocalPodmanOptions {
  /** Reads a secret of the stack's configuration. */
  readonly readSecret: (name: string) => pulumi.Output<string>;
  /** Last word on a child's arguments, by child. */
  readonly transforms?: ContainerTransforms;
}

/** The agent, its database and further containers on one desktop. Cost: none beyond the machine. */
export class LocalPodman extends DockerComponent {
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

    const provider = this.makeEngine("engine", { host: plan.engine.socket }, transforms);
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
    const resolveSecret = secretResolver(options.readSecret, (secret, args) =>
      this.child(
        secret,
        (childName, own, childOptions) => new random.RandomPassword(childName, own, childOptions),
        args,
        keptPasswordOptions(plan.volumes),
      ),
    );
    makeInOrder(
      plan.containers,
      (container) => container.key,
      (container) => container.dependsOn,
      (container: ContainerPlan, dependencies: readonly docker.Container[]) =>
        this.child(
          container.key,
          (childName, args, own) => new docker.Container(childName, args, own),
          dockerContainerArgs(container, engine, network.name, resolveSecret),
          { provider, dependsOn: [...images, ...volumes, ...dependencies], ...dockerContainerOptions(engine) },
          transforms.container,
        ),
    );

    this.url = plan.desktop.agent.address;
    this.containerNames = plan.containers.map((container) => container.name);
    this.registerOutputs({ url: this.url, containerNames: this.containerNames, keeps: this.keeps });
  }
}
