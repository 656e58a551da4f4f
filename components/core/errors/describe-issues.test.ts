import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeIssues } from "./describe-issues.ts";
import type { Problem } from "./problem.ts";
import { refuse } from "./refusal.ts";

const Schema = z.strictObject({
  name: z.string().min(2).max(5).optional(),
  count: z.int().min(1).max(9).optional(),
  share: z.number().gt(0).lt(1).optional(),
  even: z.number().multipleOf(2).optional(),
  on: z.boolean().optional(),
  tags: z.array(z.string()).min(1).max(2).optional(),
  labels: z.record(z.string().regex(/^[a-z]+$/, "lower-case letters"), z.string()).optional(),
  mode: z.enum(["fast", "safe"]).optional(),
  code: z.string().regex(/^\d+$/, "digits").optional(),
  either: z.union([z.string(), z.number()]).optional(),
  store: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("disk"), path: z.string() }),
      z.strictObject({ kind: z.literal("memory") }),
    ])
    .optional(),
  group: z.strictObject({ inner: z.string() }).optional(),
  checked: z
    .string()
    .refine((text) => text === "right", "the right word")
    .optional(),
  refused: z
    .strictObject({ low: z.number().prefault(5), high: z.number() })
    .superRefine(({ low, high }, context) => {
      if (low > high)
        refuse(context, { path: ["low"], allowed: "at most high", mend: "lower low", effective: `${low}` });
    })
    .optional(),
});

const NAMES = ["name", "count", "share"];

function problemsOf(document: unknown): Problem[] {
  const { error } = Schema.safeParse(document);
  return describeIssues(error?.issues ?? [], document, (path) => (path.length === 0 ? NAMES : []));
}

describe("what zod found", () => {
  const cases: readonly { readonly why: string; readonly document: unknown; readonly problem: Problem }[] = [
    {
      why: "an unknown name near a known one",
      document: { counts: 1 },
      problem: { path: "counts", given: "1", allowed: "name, count, share", mend: "rename it to count" },
    },
    {
      why: "an unknown name in another case",
      document: { NAME: "a" },
      problem: { path: "NAME", given: '"a"', allowed: "name, count, share", mend: "rename it to name" },
    },
    {
      why: "an unknown name near nothing",
      document: { colour: "red" },
      problem: {
        path: "colour",
        given: '"red"',
        allowed: "name, count, share",
        mend: "remove it; docs/settings.md lists every setting",
      },
    },
    {
      why: "an unknown name where there is none to name",
      document: { group: { inner: "a", other: 1 } },
      problem: {
        path: "group.other",
        given: "1",
        allowed: "no further setting",
        mend: "remove it; docs/settings.md lists every setting",
      },
    },
    {
      why: "a missing value",
      document: { group: {} },
      problem: { path: "group.inner", given: undefined, allowed: "a string", mend: "write a string at group.inner" },
    },
    {
      why: "a value in place of a group",
      document: { group: 1 },
      problem: {
        path: "group",
        given: "1",
        allowed: "a group of settings",
        mend: "write a group of settings at group",
      },
    },
    {
      why: "a value in place of names and values",
      document: { labels: "a" },
      problem: {
        path: "labels",
        given: '"a"',
        allowed: "a group of names and values",
        mend: "write a group of names and values at labels",
      },
    },
    {
      why: "a value in place of a list",
      document: { tags: "a" },
      problem: { path: "tags", given: '"a"', allowed: "an array", mend: "write an array at tags" },
    },
    {
      why: "a fraction in place of a whole number",
      document: { count: 1.5 },
      problem: { path: "count", given: "1.5", allowed: "a whole number", mend: "write a whole number at count" },
    },
    {
      why: "too small a number",
      document: { count: 0 },
      problem: { path: "count", given: "0", allowed: "at least 1", mend: "set count to at least 1" },
    },
    {
      why: "a number that must be exceeded",
      document: { share: 0 },
      problem: { path: "share", given: "0", allowed: "more than 0", mend: "set share to more than 0" },
    },
    {
      why: "a number that must not be reached",
      document: { share: 1 },
      problem: { path: "share", given: "1", allowed: "less than 1", mend: "set share to less than 1" },
    },
    {
      why: "too long a text",
      document: { name: "abcdef" },
      problem: {
        path: "name",
        given: '"abcdef"',
        allowed: "at most 5 characters",
        mend: "set name to at most 5 characters",
      },
    },
    {
      why: "too short a list",
      document: { tags: [] },
      problem: { path: "tags", given: "[]", allowed: "at least 1 entries", mend: "set tags to at least 1 entries" },
    },
    {
      why: "none of several words",
      document: { mode: "slow" },
      problem: { path: "mode", given: '"slow"', allowed: '"fast", "safe"', mend: 'choose one of "fast", "safe"' },
    },
    {
      why: "a text in the wrong form",
      document: { code: "a" },
      problem: { path: "code", given: '"a"', allowed: "digits", mend: "write code in that form" },
    },
    {
      why: "an unknown variant",
      document: { store: { kind: "tape" } },
      problem: {
        path: "store.kind",
        given: '"tape"',
        allowed: '"disk", "memory"',
        mend: 'set store.kind to one of "disk", "memory"',
      },
    },
    {
      why: "no variant",
      document: { store: { path: "/a" } },
      problem: {
        path: "store.kind",
        given: undefined,
        allowed: '"disk", "memory"',
        mend: 'set store.kind to one of "disk", "memory"',
      },
    },
    {
      why: "a mistake inside a variant",
      document: { store: { kind: "disk" } },
      problem: { path: "store.path", given: undefined, allowed: "a string", mend: "write a string at store.path" },
    },
    {
      why: "neither of two types",
      document: { either: true },
      problem: { path: "either", given: "true", allowed: "a string", mend: "write a string at either" },
    },
    {
      why: "what a check of its own refuses",
      document: { checked: "wrong" },
      problem: { path: "checked", given: '"wrong"', allowed: "the right word", mend: "change it accordingly" },
    },
    {
      why: "what a check between settings refuses",
      document: { refused: { low: 2, high: 1 } },
      problem: { path: "refused.low", given: "2", allowed: "at most high", mend: "lower low" },
    },
    {
      why: "a default that a check between settings refuses",
      document: { refused: { high: 1 } },
      problem: { path: "refused.low", given: "5 (a default)", allowed: "at most high", mend: "lower low" },
    },
    {
      why: "an illegal name of a value",
      document: { labels: { A: "a" } },
      problem: {
        path: "labels.A",
        given: '"a"',
        allowed: expect.stringMatching(/lower-case letters|Invalid key/),
        mend: expect.any(String),
      },
    },
    {
      why: "a kind of mistake that has no words of its own",
      document: { even: 3 },
      problem: { path: "even", given: "3", allowed: expect.stringContaining("2"), mend: "change even accordingly" },
    },
  ];

  it.each(cases)("is told with place, value, allowed and fix: $why", ({ document, problem }) => {
    expect(problemsOf(document)).toEqual([problem]);
  });

  it("is told once for each unknown name", () => {
    expect(problemsOf({ counts: 1, colour: 2 }).map(({ path }) => path)).toEqual(["counts", "colour"]);
  });

  it("is told of what isn't even a group", () => {
    expect(problemsOf(null)).toMatchObject([{ path: "", given: "null", allowed: "a group of settings" }]);
  });
});
