import { z } from "zod";
import { maybe } from "../../known.ts";
import type { ResourceKind } from "../../rule.ts";
import { Labels } from "../labels.ts";

const text = maybe(z.string()).nullish();
const count = maybe(z.number()).nullish();
const yesOrNo = maybe(z.boolean()).nullish();
const texts = maybe(z.array(maybe(z.string()))).nullish();
const listOf = <Shape extends z.ZodRawShape>(shape: Shape) => maybe(z.array(maybe(z.object(shape)))).nullish();

/** The properties of a container that rules look at. Sizes are in MiB, times in seconds, as the provider takes them. */
const ContainerProperties = z.object({
  image: text,
  user: text,
  privileged: yesOrNo,
  readOnly: yesOrNo,
  capabilities: maybe(z.object({ adds: texts, drops: texts })).nullish(),
  securityOpts: texts,
  memory: count,
  memorySwap: count,
  cpuShares: count,
  cpuQuota: count,
  cpus: text,
  healthcheck: maybe(z.object({ tests: texts })).nullish(),
  networkMode: text,
  pidMode: text,
  ipcMode: text,
  usernsMode: text,
  volumes: listOf({ hostPath: text, containerPath: text, volumeName: text }),
  mounts: listOf({ type: text, source: text, target: text }),
  ports: listOf({ internal: count, external: count, ip: text }),
  publishAllPorts: yesOrNo,
  labels: Labels,
  restart: text,
  maxRetryCount: count,
  mustRun: yesOrNo,
  logDriver: text,
  logOpts: maybe(z.record(z.string(), maybe(z.string()))).nullish(),
  stopTimeout: count,
  destroyGraceSeconds: count,
  networksAdvanced: listOf({ name: text }),
});

export type Container = z.output<typeof ContainerProperties>;

/** A container of the docker provider: Docker's and Podman's. */
export const container: ResourceKind<Container> = {
  type: "docker:index/container:Container",
  schema: ContainerProperties,
};
