import { z } from "zod";
import { maybe } from "../../known.ts";
import type { ResourceKind } from "../../rule.ts";
import { Labels } from "../labels.ts";

const VolumeProperties = z.object({
  driverOpts: maybe(z.record(z.string(), maybe(z.string()))).nullish(),
  labels: Labels,
});

type Volume = z.output<typeof VolumeProperties>;

/** A volume of the docker provider: Docker's and Podman's. */
export const volume: ResourceKind<Volume> = { type: "docker:index/volume:Volume", schema: VolumeProperties };
