import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childName, type Platform, platformName } from "./naming.ts";

/** What each platform documents as legal. */
const LEGAL: Readonly<Record<Platform, RegExp>> = {
  container: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  network: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
  volume: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/,
  kubernetes: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  swarmObject: /^[a-z0-9]([a-z0-9-]{0,52}[a-z0-9])?$/,
  pulumi: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/,
};

const platforms = fc.constantFrom<Platform>("container", "network", "volume", "kubernetes", "swarmObject", "pulumi");
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.stringMatching(/^[A-Za-z0-9_.-]{0,200}$/),
  fc.constantFrom("", "-", "---", "é", "🔥", "a".repeat(300)),
);
const parts = fc.array(text, { minLength: 1, maxLength: 4 });

describe("a name on a platform", () => {
  it.each([
    { why: "is its parts, joined", platform: "container", given: ["flame", "dev", "agent"], name: "flame-dev-agent" },
    { why: "keeps capital letters where they are legal", platform: "network", given: ["Flame_1.x"], name: "Flame_1.x" },
    {
      why: "has a hash where letters changed their case",
      platform: "container",
      given: ["Dev"],
      name: /^dev-[0-9a-f]{8}$/,
    },
    { why: "has a hash where characters had to go", platform: "container", given: ["a b"], name: /^a-b-[0-9a-f]{8}$/ },
    { why: "is a hash where nothing of it is legal", platform: "container", given: ["🔥"], name: /^n-[0-9a-f]{8}$/ },
    { why: "is a hash where nothing is given", platform: "kubernetes", given: [""], name: /^n-[0-9a-f]{8}$/ },
    {
      why: "may be as long as the platform allows",
      platform: "container",
      given: ["a".repeat(63)],
      name: "a".repeat(63),
    },
    { why: "is cut where it is longer", platform: "container", given: ["a".repeat(64)], name: /^a{54}-[0-9a-f]{8}$/ },
    {
      why: "doesn't end in a hyphen where it was cut at one",
      platform: "container",
      given: [`${"a".repeat(53)}-${"b".repeat(20)}`],
      name: /^a{53}-[0-9a-f]{8}$/,
    },
  ] as const)("$why", ({ platform, given, name }) => {
    expect(platformName(platform, ...given)).toMatch(name instanceof RegExp ? name : new RegExp(`^${name}$`));
  });

  it("is legal, whatever it is made of", () => {
    fc.assert(
      fc.property(platforms, parts, (platform, given) => {
        expect(platformName(platform, ...given)).toMatch(LEGAL[platform]);
      }),
    );
  });

  it("is the same for the same parts", () => {
    fc.assert(
      fc.property(platforms, parts, (platform, given) => {
        expect(platformName(platform, ...given)).toBe(platformName(platform, ...given));
      }),
    );
  });

  it("differs where what it is made of differs", () => {
    const similar = fc.stringMatching(/^[Aa_.-]{0,70}$/);
    fc.assert(
      fc.property(platforms, fc.oneof(text, similar), fc.oneof(text, similar), (platform, one, other) => {
        fc.pre(one !== other);
        expect(platformName(platform, one)).not.toBe(platformName(platform, other));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a child's name", () => {
  it("begins with its parent's", () => {
    expect(childName("flame-dev", "agent")).toBe("flame-dev-agent");
  });

  it("keeps as much of its parent's as there is room for", () => {
    expect(childName("p".repeat(99), "agent")).toMatch(/^p{91}-[0-9a-f]{8}$/);
  });
});
