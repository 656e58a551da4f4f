import * as rpc from "@pulumi/pulumi/runtime/rpc.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapToWire, SecretValue, UNKNOWN } from "../../../stacks/preview/index.ts";
import { fromPlain, fromWire, holdsSecret, secretTexts, toWire } from "../../../stacks/preview/values.ts";

const json = fc.jsonValue({ maxDepth: 3 });

describe("values on the wire", () => {
  it("use the marks of the installed SDK", () => {
    expect(mapToWire({ later: UNKNOWN, hidden: new SecretValue(["x"]) })).toEqual({
      later: rpc.unknownValue,
      hidden: { [rpc.specialSigKey]: rpc.specialSecretSig, value: ["x"] },
    });
  });

  it("come back as they were", () => {
    fc.assert(
      fc.property(json, (value) => {
        const hidden = fromWire({ [rpc.specialSigKey]: rpc.specialSecretSig, value });
        expect(toWire(fromWire(value))).toEqual(value);
        expect(hidden instanceof SecretValue && toWire(hidden.reveal())).toEqual(value);
      }),
    );
  });

  it("name a resource by its id, or by its URN where the id isn't there", () => {
    const reference = { [rpc.specialSigKey]: rpc.specialResourceSig, urn: "urn:x" };
    expect(fromWire({ ...reference, id: "id-1" })).toBe("id-1");
    expect(fromWire({ ...reference, id: rpc.unknownValue })).toBe(UNKNOWN);
    expect([fromWire({ ...reference, id: "" }), fromWire(reference)]).toEqual(["urn:x", "urn:x"]);
    expect(fromWire(undefined)).toBeNull();
  });
});

describe("a caller's plain data", () => {
  it("keeps markers and leaves out what has no value", () => {
    const secret = new SecretValue("x");
    const plain = { a: 1, none: undefined, act: () => 1, list: [secret, UNKNOWN, undefined], deep: { b: null } };
    expect(fromPlain(plain)).toEqual({ a: 1, list: [secret, UNKNOWN, null], deep: { b: null } });
    expect(fromPlain(Symbol("x"))).toBeNull();
  });
});

describe("secrets in a value", () => {
  const value = { a: [new SecretValue({ b: ["one", 2, "", new SecretValue("two")] })], c: "plain", d: UNKNOWN };

  it("are found wherever they are", () => {
    expect(secretTexts(value)).toEqual(["one", "two"]);
    expect([holdsSecret(value), holdsSecret({ c: ["plain", 1, null] })]).toEqual([true, false]);
  });
});
