/** The room of a host. */
export const SIZE = { cpu: "64", memory: "256GiB", disk: "2TiB" };

/** A host of the walk, which has room, so that a larger figure of one setting breaks no other. */
export const host = (index: number, size: object) => ({
  name: `node-${index}`,
  address: `10.0.0.1${index}`,
  gpus: 4,
  labels: { zone: ["a", "b", "c"][index - 1], rack: `${index}` },
  ...size,
});

/** All of them; the last one has its tier's size. */
export const HOSTS = [host(1, SIZE), host(2, SIZE), host(3, { tier: "worker" })];
