import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cidr, contains, isPrivate } from "./cidr.ts";

/** Ranges whose host bits are zero. */
const ranges = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 30 }))
  .map(([address, prefix]) => {
    const network = address - (address % 2 ** (32 - prefix));
    return { network, prefix, text: `${dotted(network)}/${prefix}` };
  });

describe("an address range", () => {
  it("is read with its prefix and the first address of a host", () => {
    expect(Cidr.parse("10.89.42.0/24")).toEqual({ text: "10.89.42.0/24", prefixLength: 24, firstHost: "10.89.42.1" });
  });

  it.each([
    { text: "10.89.42.1/24", why: "host bits that aren't zero" },
    { text: "10.89.42.0", why: "no prefix" },
    { text: "10.89.42.0/33", why: "a prefix that is too long" },
    { text: "10.89.42/24", why: "three parts" },
    { text: "10.89.042.0/24", why: "a leading zero, which some programs read as octal" },
    { text: "fd00::/64", why: "IPv6" },
    { text: "10.89.42.0/24 ", why: "a blank" },
    { text: "", why: "nothing written" },
  ])("is refused as $text: $why", ({ text }) => {
    expect(Cidr.safeParse(text).error?.issues).toMatchObject([{ message: expect.stringContaining("10.89.42.0/24") }]);
  });

  it("is accepted for every network address, and holds its first host", () => {
    fc.assert(
      fc.property(ranges, ({ text, network, prefix }) => {
        const range = Cidr.parse(text);
        expect(range).toEqual({ text, prefixLength: prefix, firstHost: dotted(network + 1) });
        expect(contains(range, range.firstHost)).toBe(true);
      }),
    );
  });

  it("holds the addresses from its first to its last and no other", () => {
    fc.assert(
      fc.property(ranges, ({ text, network, prefix }) => {
        const range = Cidr.parse(text);
        const size = 2 ** (32 - prefix);
        expect(contains(range, dotted(network + size - 1))).toBe(true);
        if (network + size < 2 ** 32) expect(contains(range, dotted(network + size))).toBe(false);
        if (network > 0) expect(contains(range, dotted(network - 1))).toBe(false);
      }),
    );
  });

  it("holds nothing that isn't an IPv4 address", () => {
    expect(["::1", "localhost", "10.89.42", ""].map((text) => contains(Cidr.parse("0.0.0.0/1"), text))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("a private range", () => {
  it.each([
    { text: "10.0.0.0/8", is: true, why: "RFC 1918" },
    { text: "172.16.0.0/12", is: true, why: "RFC 1918" },
    { text: "192.168.1.0/24", is: true, why: "RFC 1918" },
    { text: "100.64.0.0/10", is: true, why: "RFC 6598" },
    { text: "8.8.8.0/24", is: false, why: "the public internet" },
    { text: "172.32.0.0/16", is: false, why: "just beyond RFC 1918" },
    { text: "169.254.0.0/16", is: false, why: "link-local" },
    { text: "10.0.0.0/7", is: false, why: "a range that begins private and ends public" },
    { text: "192.168.0.0/15", is: false, why: "a range that ends beyond the private ones" },
  ])("is told from others: $text, $why", ({ text, is }) => {
    expect(isPrivate(Cidr.parse(text))).toBe(is);
  });
});

function dotted(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}
