import type { z } from "zod";
import type { RegionSettings } from "../../components/regions/index.ts";

type RegionInput = z.input<typeof RegionSettings>;

/** Bundles of regions; names beside the preset win. */
export const regionPresets: Record<NonNullable<RegionInput["preset"]>, Omit<RegionInput, "preset">> = {
  /** One place, whichever the topology has. */
  single: {},
  /** One to serve and one to fail over to. */
  "two-region": { names: ["eu-central-1", "eu-west-1"] },
  /** One on each of three continents. */
  global: { names: ["eu-central-1", "us-east-1", "ap-southeast-1"] },
};
