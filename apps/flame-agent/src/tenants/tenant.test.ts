import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { DRIVERS, testDatabase } from "../testing/database.ts";
import { DEFAULT_TENANT, isTenantName, ownedName, ownedNameOf } from "./tenant.ts";

const tenant = fc.oneof(fc.constant(DEFAULT_TENANT), fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/));
/** Names that try to be another tenant's. */
const name = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.tuple(tenant, fc.constantFrom(":", "::", ""), fc.string({ maxLength: 6 })).map((parts) => parts.join("")),
);

describe("a tenant's name for its own things", () => {
  it("is never another tenant's", () => {
    fc.assert(
      fc.property(tenant, tenant, name, name, (one, other, a, b) => {
        fc.pre(one !== other);
        expect(ownedName(one, a)).not.toBe(ownedName(other, b));
      }),
      { numRuns: 2_000 },
    );
  });

  it("may be given back as it was told", () => {
    fc.assert(
      fc.property(tenant, name, (one, a) => {
        expect(ownedName(one, ownedName(one, a))).toBe(ownedName(one, a));
      }),
    );
  });

  it.each([
    { tenant: "default", given: "ada", stored: "ada" },
    { tenant: "default", given: "acme:ada", stored: "default:acme:ada" },
    { tenant: "acme", given: "ada", stored: "acme:ada" },
    { tenant: "acme", given: "acme:ada", stored: "acme:ada" },
    { tenant: "acme", given: "globex:ada", stored: "acme:globex:ada" },
  ])("$given of $tenant is $stored", ({ tenant: owner, given, stored }) => {
    expect(ownedName(owner, given)).toBe(stored);
  });
});

it.each(DRIVERS)("a tenant's name for its own things is the same in a statement on %s", async (driver) => {
  const database = await testDatabase(driver);
  onTestFinished(() => database.close());
  const names = fc.sample(fc.tuple(tenant, name), 500).filter(([, one]) => one.isWellFormed() && !one.includes("\0"));
  const { rows } = await database.pool.query<{ owned: string }>(
    `select ${ownedNameOf("tenant", "name")} as owned
     from unnest($1::text[], $2::text[]) with ordinality as given (tenant, name, place) order by place`,
    [names.map(([one]) => one), names.map(([, one]) => one)],
  );
  expect(rows.map(({ owned }) => owned)).toEqual(names.map(([one, a]) => ownedName(one, a)));
});

it.each(["", "a b", "a:b", "default", "ä", "x".repeat(65)])("no tenant is called %j", (wrong) => {
  expect(isTenantName(wrong)).toBe(false);
});
