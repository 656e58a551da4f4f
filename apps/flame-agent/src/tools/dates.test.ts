import { describe, expect, it } from "vitest";
import { answerDate, DateQuestion } from "./dates.ts";

const NOW = Date.UTC(2026, 10, 21, 9, 30);
const answer = (question: unknown) => answerDate(DateQuestion.parse(question), NOW);

describe("a question about dates", () => {
  it.each([
    {
      question: { kind: "now", timezone: "Asia/Tokyo" },
      sentence: /^It is Saturday,? 21 November 2026 at 18:30 in Asia\/Tokyo\.$/,
    },
    { question: { kind: "weekday", date: "2000-02-29" }, sentence: /^2000-02-29 is a Tuesday\.$/ },
    { question: { kind: "between", from: "2026-01-01", to: "2026-11-21" }, sentence: /it is 324 days\.$/ },
    {
      question: { kind: "between", from: "2026-01-02T01:30", to: "2026-01-01" },
      sentence: /it is minus 1 day 1 hour 30 minutes\.$/,
    },
    { question: { kind: "between", from: "2026-01-01", to: "2026-01-01" }, sentence: /it is no time\.$/ },
    { question: { kind: "add", to: "2024-01-31", amount: 1, unit: "months" }, sentence: /^2024-02-29, a Thursday\.$/ },
    { question: { kind: "add", to: "2024-02-29", amount: -1, unit: "years" }, sentence: /^2023-02-28, a Tuesday\.$/ },
    { question: { kind: "add", to: "2026-11-21", amount: 2, unit: "weeks" }, sentence: /^2026-12-05, a Saturday\.$/ },
    {
      question: { kind: "add", to: "2026-11-21T23:00:00Z", amount: 90, unit: "minutes" },
      sentence: /^2026-11-22T00:30:00Z, a Sunday\.$/,
    },
    {
      question: { kind: "convert", instant: "2026-07-01T12:00:00Z", timezone: "Europe/Paris" },
      sentence: /1 July 2026 at 14:00 in Europe\/Paris/,
    },
  ])("is answered: $question", ({ question, sentence }) => {
    expect(answer(question)).toMatch(sentence);
  });

  it.each([
    { question: { kind: "weekday", date: "21.11.2026" }, message: /allowed: an ISO 8601 date/ },
    { question: { kind: "weekday", date: "2026-02-30" }, message: /"2026-02-30" is no date of the calendar/ },
    { question: { kind: "weekday", date: "2026-13-01" }, message: /no date of the calendar/ },
    { question: { kind: "now", timezone: "Mars/Olympus" }, message: /"Mars\/Olympus" is no time zone; allowed/ },
    { question: { kind: "add", to: "9999-01-01", amount: 1_000_000, unit: "years" }, message: /beyond the calendar/ },
    { question: { kind: "add", to: "2026-01-01", amount: 1.5, unit: "days" }, message: /int/ },
  ])("is refused: $question", ({ question, message }) => {
    expect(() => answer(question)).toThrow(message);
  });
});
