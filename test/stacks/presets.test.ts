import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RegionSettings } from "../../components/regions/index.ts";
import { ScalingSettings } from "../../components/scaling/index.ts";
import { presetConcerns, presetOf, withPresets } from "../../stacks/presets/index.ts";

const SCHEMAS = { scaling: ScalingSettings, regions: RegionSettings };
const concerns = Object.entries(SCHEMAS).map(([concern, schema]) => ({ concern, schema }));

describe("the presets", () => {
  it.each(concerns)(
    "of $concern are those that its schema names, and its default is one of them",
    ({ concern, schema }) => {
      const { presets, fallback, file } = presetConcerns[concern] ?? { presets: {}, fallback: "", file: "" };
      expect(Object.keys(presets)).toEqual(schema.shape.preset.unwrap().options);
      expect(schema.parse({}).preset).toBe(fallback);
      expect(file).toBe(`stacks/presets/${concern}.ts`);
    },
  );

  it.each(
    concerns.flatMap(({ concern, schema }) =>
      Object.keys(presetConcerns[concern]?.presets ?? {}).map((preset) => ({ concern, preset, schema })),
    ),
  )("are each accepted as they are: $concern $preset", ({ concern, preset, schema }) => {
    expect(schema.safeParse(withPresets({ [concern]: { preset } })[concern]).error).toBeUndefined();
  });
});

describe("a document above its presets", () => {
  it.each([
    { why: "the preset alone", scaling: { preset: "steady" }, replicas: { min: 2, max: 4 } },
    {
      why: "a setting beside the preset, which wins",
      scaling: { preset: "steady", replicas: { max: 9 } },
      replicas: { min: 2, max: 9 },
    },
    { why: "the default preset where none is named", scaling: { replicas: { max: 3 } }, replicas: { min: 1, max: 3 } },
    { why: "the default preset where nothing is said", scaling: undefined, replicas: { min: 1, max: 1 } },
  ])("says $why", ({ scaling, replicas }) => {
    expect(withPresets({ scaling }).scaling).toMatchObject({ replicas });
  });

  it("takes a list whole: names beside the preset replace its own", () => {
    expect(withPresets({ regions: { preset: "global", names: ["eu-west-1"] } }).regions).toEqual({
      preset: "global",
      names: ["eu-west-1"],
    });
  });

  it.each([
    { why: "a preset that doesn't exist", scaling: { preset: "tiny" } },
    { why: "a preset that isn't text", scaling: { preset: 1 } },
    { why: "a preset under a name that every object has", scaling: { preset: "constructor" } },
  ])("is left as it is where it names $why, for the schema to refuse", ({ scaling }) => {
    expect(withPresets({ scaling }).scaling).toEqual(scaling);
    expect(presetOf("scaling", scaling)).toBeUndefined();
  });

  it("is left as it is where a concern isn't even a group, for the schema to refuse", () => {
    expect(withPresets({ scaling: "steady" }).scaling).toBe("steady");
  });

  it("keeps every value that it says itself, and every other concern", () => {
    const replicas = fc.record({ min: fc.nat(), max: fc.nat() }, { requiredKeys: [] });
    const preset = fc.constantFrom("minimal", "steady", "bursty", "scale-to-zero");
    fc.assert(
      fc.property(preset, replicas, fc.jsonValue(), (name, own, other) => {
        const layered = withPresets({ scaling: { preset: name, replicas: own }, turns: other });
        expect(layered.scaling).toMatchObject({ preset: name, replicas: own });
        expect(layered.turns).toBe(other);
      }),
    );
  });

  it("has no preset where the concern has none", () => {
    expect(presetOf("turns", { preset: "steady" })).toBeUndefined();
  });
});
