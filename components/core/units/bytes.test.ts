import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bytes, bytesBetween, formatBytes, mebibytes, toKiB, toMiB } from "./bytes.ts";

const UNITS = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;
const wholeBytes = fc.integer({ min: 0, max: 2 ** 50 }).map((count) => Bytes.parse(`${count}B`));
const written = fc.tuple(fc.nat({ max: 1_000_000 }), fc.constantFrom("B", "KiB", "MiB", "GiB", "TiB"));

describe("an amount of bytes", () => {
  it.each([
    { text: "0B", bytes: 0, why: "nothing" },
    { text: "512MiB", bytes: 512 * UNITS.MiB, why: "a whole number" },
    { text: "1.5GiB", bytes: 1536 * UNITS.MiB, why: "a fraction" },
    { text: "0.3B", bytes: 1, why: "a part of a byte, which is rounded up" },
    { text: "2TiB", bytes: 2 * UNITS.TiB, why: "the largest unit" },
  ])("is read from $text: $why", ({ text, bytes }) => {
    expect(Bytes.parse(text)).toBe(bytes);
  });

  it.each([
    { text: "512", why: "no unit" },
    { text: "1GB", why: "a decimal unit" },
    { text: "1 GiB", why: "a blank" },
    { text: "1gib", why: "small letters" },
    { text: "-1MiB", why: "a sign" },
    { text: ".5MiB", why: "no digit before the point" },
    { text: "1e3MiB", why: "an exponent" },
    { text: "", why: "nothing written" },
    { text: "1MiB\n", why: "a line break" },
  ])("is refused as $text: $why", ({ text }) => {
    expect(Bytes.safeParse(text).error?.issues).toMatchObject([{ message: expect.stringContaining("such as 512MiB") }]);
  });

  it("is read back from what is printed", () => {
    fc.assert(
      fc.property(wholeBytes, (bytes) => {
        expect(Bytes.parse(formatBytes(bytes))).toBe(bytes);
      }),
    );
  });

  it("is ordered as its units say", () => {
    fc.assert(
      fc.property(written, written, ([one, oneUnit], [other, otherUnit]) => {
        const difference = one * UNITS[oneUnit] - other * UNITS[otherUnit];
        expect(Math.sign(Bytes.parse(`${one}${oneUnit}`) - Bytes.parse(`${other}${otherUnit}`))).toBe(
          Math.sign(difference),
        );
      }),
    );
  });

  it.each([
    { text: "1536MiB", printed: "1536MiB", why: "a fraction of the next unit" },
    { text: "2048MiB", printed: "2GiB", why: "a whole number of a larger unit" },
    { text: "0MiB", printed: "0B", why: "nothing" },
    { text: "1025B", printed: "1025B", why: "bytes that fill no unit" },
  ])("of $text is printed as $printed: $why", ({ text, printed }) => {
    expect(formatBytes(Bytes.parse(text))).toBe(printed);
  });

  it("is never less in an engine's unit than what was asked for, and less than one unit more", () => {
    fc.assert(
      fc.property(wholeBytes, (bytes) => {
        expect(toMiB(bytes) * UNITS.MiB).toBeGreaterThanOrEqual(bytes);
        expect((toMiB(bytes) - 1) * UNITS.MiB).toBeLessThan(bytes || 1);
        expect(toKiB(bytes) * UNITS.KiB).toBeGreaterThanOrEqual(bytes);
        expect((toKiB(bytes) - 1) * UNITS.KiB).toBeLessThan(bytes || 1);
      }),
    );
  });

  it("made of mebibytes has as many", () => {
    expect(toMiB(mebibytes(448))).toBe(448);
  });
});

describe("an amount between bounds", () => {
  it.each([
    { text: "6MiB", schema: bytesBetween("6MiB"), why: "the smallest" },
    { text: "900TiB", schema: bytesBetween("6MiB"), why: "any larger one where there is no largest" },
    { text: "1GiB", schema: bytesBetween("1KiB", "1GiB"), why: "the largest" },
  ])("is accepted as $text: $why", ({ text, schema }) => {
    expect(schema.safeParse(text).success).toBe(true);
  });

  it.each([
    { text: "5MiB", schema: bytesBetween("6MiB"), allowed: "at least 6MiB", why: "less than the smallest" },
    { text: "2GiB", schema: bytesBetween("1KiB", "1GiB"), allowed: "from 1KiB to 1GiB", why: "more than the largest" },
    { text: "0B", schema: bytesBetween("1KiB", "1GiB"), allowed: "from 1KiB to 1GiB", why: "nothing" },
  ])("is refused as $text with the bounds: $why", ({ text, schema, allowed }) => {
    expect(schema.safeParse(text).error?.issues).toMatchObject([{ code: "custom", params: { allowed } }]);
  });

  it("that isn't an amount is refused once", () => {
    expect(bytesBetween("1KiB", "1GiB").safeParse("1GB").error?.issues).toHaveLength(1);
  });
});
