import { ToolRefusal } from "./tool-refusal.ts";

/** Longest expression, in characters, and deepest nesting: what a person writes, and no way to exhaust the stack. */
const LENGTH_MAX = 500;
const DEPTH_MAX = 50;

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  sqrt: Math.sqrt,
  abs: Math.abs,
  round: Math.round,
  floor: Math.floor,
  ceil: Math.ceil,
  min: Math.min,
  max: Math.max,
};
const ONE_ARGUMENT = new Set(["sqrt", "abs", "round", "floor", "ceil"]);
const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/**
 * Value of an arithmetic expression: `+ - * / % ^`, parentheses, sqrt, abs, round, floor, ceil, min, max, pi and e.
 * Powers bind tightest and to the right, then signs, then products. Rounded to 15 significant digits, so that
 * 0.1 + 0.2 is 0.3.
 */
export function evaluate(expression: string): number {
  if (expression.length > LENGTH_MAX)
    throw new ToolRefusal(`The expression has ${expression.length} characters; allowed: ${LENGTH_MAX}`);
  const parser = new Parser(expression);
  const value = parser.sum();
  parser.expectEnd();
  if (!Number.isFinite(value)) throw new ToolRefusal(`"${expression}" has no finite value`);
  return Number(value.toPrecision(15));
}

/** A recursive-descent parser that computes as it reads. */
class Parser {
  readonly #text: string;
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  sum(): number {
    let value = this.#product();
    for (;;) {
      if (this.#take("+")) value += this.#product();
      else if (this.#take("-")) value -= this.#product();
      else return value;
    }
  }

  expectEnd(): void {
    this.#skipSpace();
    if (this.#position < this.#text.length) this.#fail("an operator or the end");
  }

  #product(): number {
    let value = this.#signed();
    for (;;) {
      if (this.#take("*")) value *= this.#signed();
      else if (this.#take("/")) value = this.#divide(value, this.#signed());
      else if (this.#take("%")) value %= this.#signed();
      else return value;
    }
  }

  #divide(value: number, divisor: number): number {
    if (divisor === 0) throw new ToolRefusal(`"${this.#text}" divides by zero`);
    return value / divisor;
  }

  #signed(): number {
    return this.#nested(() => {
      if (this.#take("-")) return -this.#signed();
      if (this.#take("+")) return this.#signed();
      const base = this.#operand();
      return this.#take("^") ? base ** this.#signed() : base;
    });
  }

  #operand(): number {
    if (this.#take("(")) {
      const value = this.sum();
      this.#expect(")");
      return value;
    }
    const number = this.#match(/(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy);
    if (number) return Number(number);
    const name = this.#match(/[a-z]+/iy)?.toLowerCase();
    return name ? this.#named(name) : this.#fail("a number, a name or a parenthesis");
  }

  #named(name: string): number {
    const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
    if (constant !== undefined) return constant;
    const compute = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (!compute)
      throw new ToolRefusal(
        `"${name}" is unknown; allowed: ${[...Object.keys(FUNCTIONS), ...Object.keys(CONSTANTS)].join(", ")}`,
      );
    this.#expect("(");
    const values = [this.sum()];
    while (this.#take(",")) values.push(this.sum());
    this.#expect(")");
    if (ONE_ARGUMENT.has(name) && values.length > 1)
      throw new ToolRefusal(`${name} takes one value, not ${values.length}`);
    return compute(...values);
  }

  #nested(read: () => number): number {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new ToolRefusal(`The expression is nested deeper than ${DEPTH_MAX} levels`);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #take(symbol: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#position] !== symbol) return false;
    this.#position += 1;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) this.#fail(`"${symbol}"`);
  }

  #match(pattern: RegExp): string | undefined {
    this.#skipSpace();
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    this.#position += found?.length ?? 0;
    return found;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#position] ?? "")) this.#position += 1;
  }

  #fail(expected: string): never {
    const found = this.#text[this.#position];
    throw new ToolRefusal(
      `Expected ${expected} at character ${this.#position + 1} of "${this.#text}", found ${found ? `"${found}"` : "its end"}`,
    );
  }
}
