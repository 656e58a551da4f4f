import { describe, expect, it } from "vitest";
import { Port, UnprivilegedPort } from "./port.ts";
import { SecretReference } from "./secret-reference.ts";

describe("the name of a secret", () => {
  it.each(["modelApiKey", "a", `a${"B".repeat(62)}`])("is accepted: %s", (secret) => {
    expect(SecretReference.parse({ secret })).toEqual({ secret });
  });

  it.each([
    { secret: "ModelApiKey", why: "a capital letter at its begin" },
    { secret: "model-api-key", why: "hyphens" },
    { secret: "sk-1234:5678", why: "what looks like the value itself" },
    { secret: `a${"B".repeat(63)}`, why: "too many letters" },
    { secret: "", why: "nothing written" },
  ])("is refused: $why", ({ secret }) => {
    expect(SecretReference.safeParse({ secret }).error?.issues).toMatchObject([
      { path: ["secret"], message: expect.stringContaining("pulumi config set --secret") },
    ]);
  });
});

describe("a port", () => {
  it.each([
    { why: "any that exists", schema: Port, accepted: [1, 80, 65_535], refused: [0, 65_536, 80.5, "80"] },
    { why: "one without privileges", schema: UnprivilegedPort, accepted: [1024, 65_535], refused: [1023, 80, 65_536] },
  ])("is $why", ({ schema, accepted, refused }) => {
    expect(accepted.filter((port) => !schema.safeParse(port).success)).toEqual([]);
    expect(refused.filter((port) => schema.safeParse(port).success)).toEqual([]);
  });
});
