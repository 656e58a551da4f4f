import { describe, expect, it } from "vitest";
import { z } from "zod";
import { EnvironmentSettings } from "../../stacks/config.ts";
import { jsonSchemaOf, namesAt, settingLeaves } from "../../stacks/settings-reference.ts";

const Schema = z.strictObject({
  size: z.int().min(1).prefault(3).meta({ description: "How much.", unit: "MiB", example: 3 }),
  tags: z.array(z.string()),
  users: z.array(z.strictObject({ name: z.string() })),
  rooms: z.record(z.string(), z.strictObject({ seats: z.int() })),
  labels: z.record(z.string(), z.string()),
  store: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("disk"), path: z.string() }),
    z.strictObject({ kind: z.literal("memory"), size: z.string() }),
  ]),
});

describe("the leaves of a schema", () => {
  const leaves = settingLeaves(jsonSchemaOf(Schema));

  it("are all values that a user can write, in the order of the schema, each in its variant", () => {
    expect(leaves.map(({ path, variants }) => [path, ...variants].join(" "))).toEqual([
      "size",
      "tags",
      "users[].name",
      "rooms.*.seats",
      "labels",
      "store.kind store.kind=disk",
      "store.path store.kind=disk",
      "store.kind store.kind=memory",
      "store.size store.kind=memory",
    ]);
  });

  it("know what their schema says of them", () => {
    expect(leaves[0]?.schema).toMatchObject({
      type: "integer",
      minimum: 1,
      default: 3,
      description: "How much.",
      unit: "MiB",
      example: 3,
    });
  });

  it("of the blueprint each say what they do", () => {
    const silent = settingLeaves(jsonSchemaOf(EnvironmentSettings)).filter(({ schema }) => !schema.description);
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it("of the blueprint have a default in words of their own type", () => {
    const odd = settingLeaves(jsonSchemaOf(EnvironmentSettings)).filter(
      ({ schema }) => schema.enum && schema.default !== undefined && !schema.enum.includes(schema.default),
    );
    expect(odd.map(({ path }) => path)).toEqual([]);
  });
});

describe("the names that are allowed", () => {
  const names = namesAt(Schema);

  it.each([
    { why: "at the top", path: [], allowed: ["size", "tags", "users", "rooms", "labels", "store"] },
    { why: "in an entry of a list", path: ["users", 0], allowed: ["name"] },
    { why: "under a name that the user chose", path: ["rooms", "blue"], allowed: ["seats"] },
    { why: "in any variant of a choice, each once", path: ["store"], allowed: ["kind", "path", "size"] },
    { why: "below a value", path: ["size"], allowed: [] },
    { why: "where nothing is", path: ["nothing", "below"], allowed: [] },
    { why: "under a list's name", path: ["users", "name"], allowed: [] },
  ])("are known $why", ({ path, allowed }) => {
    expect(names(path)).toEqual(allowed);
  });
});
