/** URN of a resource of a desktop's state. */
export const urnOf = (type: string, name: string): string =>
  `urn:pulumi:dev::blueprint::blueprint:topology:LocalPodman$${type}::${name}`;

/** A desktop's engine at an address, and a volume on it, as a state has them. */
export function stateOf(host: string) {
  const provider = {
    urn: urnOf("pulumi:providers:docker", "flame-dev-engine"),
    type: "pulumi:providers:docker",
    custom: true,
    id: "p1",
    inputs: { host },
  };
  const volume = {
    urn: urnOf("docker:index/volume:Volume", "flame-dev-volume"),
    type: "docker:index/volume:Volume",
    custom: true,
    id: "flame-dev-data",
    provider: `${provider.urn}::p1`,
  };
  return { provider, volume };
}
