import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigurationError, formatProblem, printValue } from "./problem.ts";

const PROBLEM = { path: "turns.maxSeconds", given: "1", allowed: "at least 5", mend: "raise it" };

describe("a problem", () => {
  it("is three lines: what stands where, what is allowed, the way out", () => {
    expect(formatProblem("dev", PROBLEM)).toBe(
      "  dev: turns.maxSeconds is 1\n    allowed: at least 5\n    fix: raise it",
    );
  });

  it("says so where nothing stands there", () => {
    expect(formatProblem("dev", { ...PROBLEM, given: undefined })).toContain("dev: turns.maxSeconds is missing\n");
  });
});

describe("the error of an environment", () => {
  it.each([
    { problems: [PROBLEM], head: '1 problem in environment "dev":' },
    { problems: [PROBLEM, { ...PROBLEM, path: "agent.image" }], head: '2 problems in environment "dev":' },
  ])("counts its problems and tells all of them: $head", ({ problems, head }) => {
    const error = new ConfigurationError("dev", problems);
    expect(error.message).toBe([head, ...problems.map((one) => formatProblem("dev", one))].join("\n"));
    expect(error).toMatchObject({ name: "ConfigurationError", environment: "dev", problems });
  });
});

describe("a value in a problem", () => {
  it.each([
    { why: "text, in quotes", value: "a b", printed: '"a b"' },
    { why: "a number", value: 1.5, printed: "1.5" },
    { why: "a group", value: { a: [1, null] }, printed: '{"a":[1,null]}' },
    { why: "nothing", value: undefined, printed: undefined },
    { why: "what JSON has no form for", value: Symbol.iterator, printed: "Symbol(Symbol.iterator)" },
    {
      why: "an address without its credentials",
      value: "https://me:key@m.example/v1",
      printed: '"https://…@m.example/v1"',
    },
    { why: "an address without its query", value: "https://m.example/v1?key=abc", printed: '"https://m.example/v1…"' },
    {
      why: "an address without its fragment",
      value: { url: "https://m.example#abc" },
      printed: '{"url":"https://m.example…"}',
    },
    {
      why: "an address of the ordinary kind, whole",
      value: "https://m.example:8443/v1",
      printed: '"https://m.example:8443/v1"',
    },
    { why: "an image with a digest, whole", value: "r.example/a@sha256:abc", printed: '"r.example/a@sha256:abc"' },
  ])("is printed as $why", ({ value, printed }) => {
    expect(printValue(value)).toBe(printed);
  });

  it("is cut where it is long", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 200, maxLength: 400 }), (text) => {
        expect(printValue(text)?.length).toBeLessThanOrEqual(121);
      }),
    );
  });

  it("never shows what stands between the slashes and the at sign of an address, however it is cut", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{0,150}$/), fc.stringMatching(/^[A-Z]{12}$/), (user, key) => {
        expect(printValue({ padding: "x".repeat(60), url: `https://${user}:${key}@m.example` })).not.toContain(key);
      }),
    );
  });
});
