import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OVERLAP_CHARACTERS, PASSAGE_CHARACTERS, passagesOf } from "./chunk.ts";

const one = (...paragraphs: string[]) => passagesOf([{ heading: "", paragraphs }]).map(({ content }) => content);
const words = (count: number, word = "word") => new Array(count).fill(word).join(" ");
const sentence = (length: number, letter = "a") => `${letter.repeat(length - 1)}.`;

describe("passages", () => {
  it("are as long as allowed, and no longer", () => {
    expect(PASSAGE_CHARACTERS).toBe(1000);
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 3_000 }), { maxLength: 4 }), (paragraphs) => {
        for (const content of one(...paragraphs)) {
          expect(content.length).toBeLessThanOrEqual(PASSAGE_CHARACTERS);
          expect(content.trim()).not.toBe("");
          expect(content.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it("lose no word", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}[.!]?$/), { minLength: 1, maxLength: 600 }), (text) => {
        const found = new Set(one(text.join(" ")).join(" ").split(/\s+/));
        for (const word of text) expect(found).toContain(word);
      }),
    );
  });

  it("hold paragraphs together while they fit, with an empty line between", () => {
    const [a, b] = [sentence(499), sentence(499, "b")];
    expect(one(a, b)).toEqual([`${a}\n\n${b}`]);
    expect(one(a, sentence(500, "b"))).toHaveLength(2);
  });

  it("are never cut across a heading", () => {
    const found = passagesOf([
      { heading: "A", paragraphs: ["first"] },
      { heading: "A › B", paragraphs: ["second", "third"] },
      { heading: "C", paragraphs: [] },
    ]);
    expect(found).toEqual([
      { heading: "A", content: "first" },
      { heading: "A › B", content: "second\n\nthird" },
    ]);
  });

  it("are cut between sentences, and repeat the last short one", () => {
    const text = [sentence(600), sentence(100, "b"), sentence(400, "c")].join(" ");
    expect(one(text)).toEqual([
      `${sentence(600)} ${sentence(100, "b")}`,
      `${sentence(100, "b")} ${sentence(400, "c")}`,
    ]);
  });

  it("repeat what is within the overlap and nothing longer", () => {
    const next = sentence(400, "c");
    const repeated = (length: number) => one([sentence(700), sentence(length, "b"), next].join(" "))[1];
    expect(repeated(OVERLAP_CHARACTERS)).toBe(`${sentence(OVERLAP_CHARACTERS, "b")} ${next}`);
    expect(repeated(OVERLAP_CHARACTERS + 1)).toBe(next);
    const two = one([sentence(700), sentence(70, "b"), sentence(79, "d"), next].join(" "))[1];
    expect(two).toBe(`${sentence(70, "b")} ${sentence(79, "d")} ${next}`);
    const three = one([sentence(700), sentence(70, "b"), sentence(80, "d"), next].join(" "))[1];
    expect(three).toBe(`${sentence(80, "d")} ${next}`);
  });

  it("don't repeat where the next sentence needs the room", () => {
    const [before, after] = one([sentence(600), sentence(100, "b"), sentence(950, "c")].join(" ")).slice(0, 2);
    expect(before).toBe(`${sentence(600)} ${sentence(100, "b")}`);
    expect(after).toBe(sentence(950, "c"));
    expect(one([sentence(600), sentence(100, "b"), sentence(899, "c")].join(" "))[1]).toBe(
      `${sentence(100, "b")} ${sentence(899, "c")}`,
    );
  });

  it("are cut between words where a sentence is too long, and inside a word only where there is no other way", () => {
    expect(one(words(300)).map((content) => content.length)).toEqual([999, 499]);
    expect(one("x".repeat(2_500)).map((content) => content.length)).toEqual([1000, 1000, 500]);
    expect(one(`${"x".repeat(999)}😀${"y".repeat(10)}`).map((content) => content.length)).toEqual([999, 12]);
    expect(one(`${"x".repeat(998)}😀${"y".repeat(10)}`).map((content) => content.length)).toEqual([1000, 10]);
  });

  it("are none where there is no text", () => {
    expect(one()).toEqual([]);
    expect(one("", "  ")).toEqual([]);
  });
});
