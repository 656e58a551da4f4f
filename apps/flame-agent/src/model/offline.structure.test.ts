import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fitting } from "./offline.structure.ts";

const leaf = fc.oneof(
  fc.constantFrom(z.string(), z.email(), z.iso.date(), z.iso.datetime(), z.uuid(), z.url(), z.boolean(), z.null()),
  fc.tuple(fc.nat(5), fc.nat(5)).map(([least, more]) =>
    z
      .string()
      .min(least)
      .max(least + more),
  ),
  fc.tuple(fc.integer(), fc.nat(9)).map(([least, more]) =>
    z
      .int()
      .min(least)
      .max(least + more),
  ),
  fc.integer().map((bound) => z.number().gt(bound)),
  fc.integer({ min: -5, max: 5 }).map((bound) => z.number().max(bound)),
  fc.constantFrom(z.enum(["a", "b"]), z.literal(7)),
);
const { schema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie("schema"), { maxKeys: 4 }).map((shape) => z.object(shape)),
    fc.tuple(tie("schema"), fc.nat(3)).map(([item, least]) => z.array(item).min(least)),
    fc.tuple(tie("schema"), tie("schema")).map(([one, other]) => z.union([one, other])),
    tie("schema").map((one) => one.nullable()),
  ),
}));

describe("the offline model's structured answer", () => {
  it("fits the schema that it is asked for", () => {
    fc.assert(
      fc.property(schema, fc.string(), (wanted, answer) => {
        const json = JSON.parse(fitting(jsonSchemaOf(wanted), answer));
        expect(wanted.safeParse(json)).toMatchObject({ success: true });
      }),
    );
  });

  it("ends where a schema names itself", () => {
    const Node = z.object({
      name: z.string(),
      get next() {
        return Node;
      },
    });
    expect(fitting(jsonSchemaOf(Node), "x").length).toBeLessThan(1_000);
  });
});

/** The schema as a model's server gets it. */
function jsonSchemaOf(wanted: z.ZodType): Parameters<typeof fitting>[0] {
  return JSON.parse(JSON.stringify(z.toJSONSchema(wanted)));
}
