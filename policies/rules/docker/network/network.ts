import { z } from "zod";
import { maybe } from "../../known.ts";
import type { ResourceKind } from "../../rule.ts";

const NetworkProperties = z.object({
  driver: maybe(z.string()).nullish(),
  attachable: maybe(z.boolean()).nullish(),
});

type Network = z.output<typeof NetworkProperties>;

/** A network of the docker provider: Docker's and Podman's. */
export const network: ResourceKind<Network> = { type: "docker:index/network:Network", schema: NetworkProperties };
