import { describe, expect, it } from "vitest";
import { readSelector } from "./canary.selector.ts";

describe("a selector of samples", () => {
  it.each<{ text: string; labels: Record<string, string>; matches: boolean }>([
    { text: "flame_turns_total", labels: { outcome: "failed" }, matches: true },
    { text: "flame_turns_total{}", labels: {}, matches: true },
    { text: 'flame_turns_total{outcome="failed"}', labels: { outcome: "failed" }, matches: true },
    { text: 'flame_turns_total{outcome="failed"}', labels: { outcome: "failed-late" }, matches: false },
    { text: 'flame_turns_total{outcome=~"failed|timed-out"}', labels: { outcome: "timed-out" }, matches: true },
    { text: 'flame_turns_total{outcome=~"failed|timed-out"}', labels: { outcome: "not-failed" }, matches: false },
    { text: 'flame_turns_total{outcome!~"comp.*"}', labels: { outcome: "completed" }, matches: false },
    { text: 'flame_turns_total{outcome!="completed"}', labels: {}, matches: true },
    {
      text: 'flame_turns_total{ outcome = "a", route = "/b{c}" , }',
      labels: { outcome: "a", route: "/b{c}" },
      matches: true,
    },
    { text: 'flame_turns_total{outcome="a \\"quoted\\" one"}', labels: { outcome: 'a "quoted" one' }, matches: true },
  ])("$text is $matches of $labels", ({ text, labels, matches }) => {
    const selector = readSelector(text);
    expect(selector?.name).toBe("flame_turns_total");
    expect(selector?.matches(labels)).toBe(matches);
  });

  it.each(["", "{}", "1st", "a{b}", 'a{b="c" d="e"}', 'a{b="c"', 'a{b=~"("}', "sum(a)", 'a{b="c"} > 1'])(
    "isn't %j",
    (text) => {
      expect(readSelector(text)).toBeUndefined();
    },
  );
});
