import { describe, expect, it } from "vitest";
import { literalsOf } from "./literals.ts";

describe("what two questions must have in common", () => {
  it.each([
    { question: "Within 30 days or 45?", literals: "30 45" },
    { question: "45 or 30?", literals: "30 45" },
    { question: "version 1.2.3 on 2026-11-21 at 10:30, 1,000/day", literals: "1,000 1.2.3 10:30 2026-11-21" },
    { question: "Why is it not allowed?", literals: "not" },
    { question: "Why isn't it allowed?", literals: "not" },
    { question: "Why isn’t it, and why can NOT?", literals: "not not" },
    { question: "Why without a receipt?", literals: "not" },
    { question: "Warum nicht? Pourquoi jamais? Porque não?", literals: "not not not" },
    { question: "The notable knot, a nonfiction note", literals: "" },
    { question: 'What does "Error X" mean?', literals: '"Error X"' },
    { question: "What do “a”, «b» and `c` mean?", literals: '"a" "b" "c"' },
    { question: "What do “a b”, «c d» and `e f` mean?", literals: '"a b" "c d" "e f"' },
    { question: "Can't they, and couldn't n'toto?", literals: "not not" },
    { question: 'What does "not 5" mean?', literals: '"not 5" 5 not' },
    { question: "How do refunds work?", literals: "" },
  ])("$question", ({ question, literals }) => {
    expect(literalsOf(question)).toBe(literals);
  });
});
