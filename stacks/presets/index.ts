import { regionPresets } from "./regions.ts";
import { scalingPresets } from "./scaling.ts";

/** A concern that has presets: which, what stands for none, and the file that defines them. */
interface PresetConcern {
  readonly presets: Readonly<Record<string, object>>;
  readonly fallback: string;
  readonly file: string;
}

/** Presets by concern. `fallback` is the schema's own default of `preset`. */
export const presetConcerns: Readonly<Record<string, PresetConcern>> = {
  scaling: { presets: scalingPresets, fallback: "minimal", file: "stacks/presets/scaling.ts" },
  regions: { presets: regionPresets, fallback: "single", file: "stacks/presets/regions.ts" },
};

/** What a document's preset says for a concern, or nothing where it has none or names one that doesn't exist. */
export function presetOf(
  concern: string,
  document: unknown,
): { readonly name: string; readonly settings: object } | undefined {
  const known = Object.hasOwn(presetConcerns, concern) ? presetConcerns[concern] : undefined;
  if (!known) return undefined;
  const named =
    typeof document === "object" && document !== null && "preset" in document ? document.preset : known.fallback;
  const settings = typeof named === "string" && Object.hasOwn(known.presets, named) ? known.presets[named] : undefined;
  return typeof named === "string" && settings ? { name: named, settings } : undefined;
}

/** A document with its presets below what it says itself. */
export function withPresets(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const concerns = Object.keys(presetConcerns).map((concern) => {
    const preset = presetOf(concern, document[concern]);
    return [concern, preset ? below(preset.settings, document[concern] ?? {}) : document[concern]] as const;
  });
  return { ...document, ...Object.fromEntries(concerns.filter(([, value]) => value !== undefined)) };
}

/** Merges groups of settings; lists and single values are taken whole from the upper one. */
function below(lower: unknown, upper: unknown): unknown {
  if (!isGroup(lower) || !isGroup(upper)) return upper ?? lower;
  const keys = new Set([...Object.keys(lower), ...Object.keys(upper)]);
  return Object.fromEntries([...keys].map((key) => [key, below(lower[key], upper[key])]));
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
