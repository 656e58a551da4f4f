import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { READERS } from "../support/effect-kinds.ts";
import { readSeedSettings, SEED_INTERFACES, SEED_TOTAL } from "../support/seed-settings.ts";

const rows = readSeedSettings();

describe("a file that counts as an effect", () => {
  it.each(Object.entries(READERS))("has its readers in this repository: %s", (_, readers) => {
    const root = new URL("../../", import.meta.url);
    expect(readers.filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
  });
});

describe("the map of the requirements document", () => {
  it.each(SEED_INTERFACES)("has each of $count settings of $name once", ({ name, count }) => {
    const own = rows.filter(({ seed }) => seed.startsWith(`${name}.`)).map(({ seed }) => seed);
    expect(new Set(own).size).toBe(own.length);
    expect(own).toHaveLength(count);
  });

  it("says of each what serves it, or why nothing does", () => {
    const count = (kind: string) => rows.filter((row) => row.kind === kind).length;
    console.log(
      `requirements served: ${count("served")} of ${SEED_TOTAL} (refused: ${count("refused")}, stances: ${count("stance")}, later: ${count("later")})`,
    );
    const unexplained = rows.filter((row) => row.kind !== "served" && row.reason.length < 40);
    expect(unexplained.map(({ seed }) => seed)).toEqual([]);
  });

  it("names no setting twice in a row and no interface outside the table", () => {
    const known = SEED_INTERFACES.map(({ name }) => name);
    expect(rows.filter(({ seed }) => !known.some((name) => seed.startsWith(`${name}.`)))).toEqual([]);
    expect(rows.filter((row) => row.kind === "served" && new Set(row.settings).size < row.settings.length)).toEqual([]);
  });
});
