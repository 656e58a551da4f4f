import type { z } from "zod";
import type { ScalingSettings } from "../../components/scaling/index.ts";

type ScalingInput = z.input<typeof ScalingSettings>;

/** Bundles of scaling settings; a setting beside the preset wins. */
export const scalingPresets: Record<NonNullable<ScalingInput["preset"]>, Omit<ScalingInput, "preset">> = {
  /** One agent: a desktop, a trial. */
  minimal: { replicas: { min: 1, max: 1 } },
  /** Even load with room for the loss of one agent. */
  steady: { replicas: { min: 2, max: 4 } },
  /** Load that comes in waves. */
  bursty: { replicas: { min: 2, max: 12 } },
  /** Nothing runs while nobody asks. */
  "scale-to-zero": { replicas: { min: 0, max: 1 }, idleStopAfter: "15m" },
};
