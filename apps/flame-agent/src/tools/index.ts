import { createTool } from "@mastra/core/tools";
import { z } from "zod";
import type { Metrics } from "../metrics.ts";
import { evaluate } from "./arithmetic.ts";
import { answerDate, DateQuestion } from "./dates.ts";

const Sentence = z.strictObject({ answer: z.string() });

/** The agent's tools. Both work with no network; each call is counted. */
export function agentTools(metrics: Metrics) {
  return {
    calculate: createTool({
      id: "calculate",
      description:
        "Computes an arithmetic expression: + - * / % ^, parentheses, sqrt, abs, round, floor, ceil, min, max, pi, e.",
      inputSchema: z.strictObject({ expression: z.string().min(1) }),
      outputSchema: Sentence,
      execute: ({ expression }) =>
        metrics.countToolCall("calculate", () => ({ answer: `${expression} = ${evaluate(expression)}` })),
    }),
    dates: createTool({
      id: "dates",
      description:
        "Answers a question about dates: the time now, the weekday, the span between two dates, adding to a date, converting to a time zone.",
      inputSchema: z.strictObject({ question: DateQuestion }),
      outputSchema: Sentence,
      execute: ({ question }) => metrics.countToolCall("dates", () => ({ answer: answerDate(question, Date.now()) })),
    }),
  };
}
