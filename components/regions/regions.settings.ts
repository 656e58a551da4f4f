import { z } from "zod";

/** Where in the world the environment runs. */
export const RegionSettings = z.strictObject({
  preset: z
    .enum(["single", "two-region", "global"])
    .prefault("single")
    .meta({ description: "Bundle of regions; names beside it win over the bundle." }),
  names: z
    .array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region's name, such as eu-central-1"))
    .prefault([])
    .meta({
      description: "Regions in order of preference; empty where the topology has none.",
      example: ["eu-central-1"],
    }),
});

export type RegionSettings = z.output<typeof RegionSettings>;
