import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "./arithmetic.ts";

describe("the value of an expression", () => {
  it.each([
    { why: "products before sums", expression: "2 + 3 * 4", value: 14 },
    { why: "parentheses first", expression: "(2 + 3) * 4", value: 20 },
    { why: "left to right", expression: "10 - 4 - 3", value: 3 },
    { why: "powers to the right", expression: "2 ^ 3 ^ 2", value: 512 },
    { why: "powers before signs", expression: "-2 ^ 2", value: -4 },
    { why: "a sign after an operator", expression: "6 / -2", value: -3 },
    { why: "a remainder", expression: "17 % 5", value: 2 },
    { why: "a sum without binary noise", expression: "0.1 + 0.2", value: 0.3 },
    { why: "exponents", expression: "1.5e3 + .5", value: 1500.5 },
    { why: "functions and constants", expression: "max(1, sqrt(16), abs(-3)) + round(pi) + floor(e)", value: 9 },
    { why: "space anywhere", expression: "  1+ 1 ", value: 2 },
  ])("has $why", ({ expression, value }) => {
    expect(evaluate(expression)).toBe(value);
  });

  it("is the one that its parts give, however it is nested", () => {
    const { tree } = fc.letrec<{ tree: { text: string; value: number } }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.integer({ min: -999, max: 999 }).map((value) => ({ text: value < 0 ? `(${value})` : `${value}`, value })),
        fc.tuple(tie("tree"), fc.constantFrom("+", "-", "*"), tie("tree")).map(([left, operator, right]) => ({
          text: `(${left.text} ${operator} ${right.text})`,
          value:
            { "+": left.value + right.value, "-": left.value - right.value, "*": left.value * right.value }[operator] ??
            Number.NaN,
        })),
      ),
    }));
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        fc.pre(text.length <= 500 && Math.abs(value) < 1e15);
        expect(evaluate(text) + 0).toBe(value + 0);
      }),
    );
  });
});

describe("what is no expression", () => {
  it.each([
    { expression: "2 +", message: /Expected a number.*character 4.*found its end/ },
    { expression: "2 2", message: /Expected an operator or the end at character 3 .*found "2"/ },
    { expression: "(1", message: /Expected "\)"/ },
    { expression: "1/0", message: /divides by zero/ },
    { expression: "sqrt(-1)", message: /no finite value/ },
    { expression: "sqrt(1, 2)", message: /takes one value/ },
    { expression: "process.exit()", message: /"process" is unknown; allowed: sqrt/ },
    { expression: "constructor(1)", message: /"constructor" is unknown/ },
    { expression: "(".repeat(60), message: /nested deeper than 50/ },
    { expression: "1+".repeat(300), message: /has 600 characters; allowed: 500/ },
  ])("is refused: $expression", ({ expression, message }) => {
    expect(() => evaluate(expression)).toThrow(message);
  });

  it("never gives anything but a finite number or an error", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."0123456789.+-*/%^(), episqrtmax"), maxLength: 40 }),
        (expression) => {
          try {
            expect(Number.isFinite(evaluate(expression))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
    );
  });
});
