import { z } from "zod";
import { maybe } from "../../known.ts";
import type { ResourceKind } from "../../rule.ts";
import { Labels } from "../labels.ts";

const text = maybe(z.string()).nullish();
const change = maybe(z.object({ failureAction: text })).nullish();

/** The properties of a Swarm's service that rules look at. */
const ServiceProperties = z.object({
  labels: Labels,
  updateConfig: change,
  taskSpec: maybe(
    z.object({
      containerSpec: maybe(
        z.object({
          env: maybe(z.record(z.string(), z.unknown())).nullish(),
          stopGracePeriod: text,
        }),
      ),
    }),
  ),
});

export type Service = z.output<typeof ServiceProperties>;

/** A service of a Docker Swarm. */
export const service: ResourceKind<Service> = {
  type: "docker:index/service:Service",
  schema: ServiceProperties,
};
