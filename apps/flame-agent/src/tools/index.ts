import { createTool } from "@mastra/core/tools";
import { z } from "zod";
import type { Metrics } from "../metrics.ts";
import { DEFAULT_TENANT } from "../tenants/index.ts";
import { evaluate } from "./arithmetic.ts";
import { answerDate, DateQuestion } from "./dates.ts";
import type { Outbox } from "./outbox.ts";

const Sentence = z.strictObject({ answer: z.string() });

/** The agent's tools. All work with no network; each call is counted. Only `send_message` waits for an approval. */
export function agentTools(metrics: Metrics, outbox: Outbox) {
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
    send_message: createTool({
      id: "send_message",
      description: "Sends a message to somebody. It leaves only after a person has approved it.",
      inputSchema: z.strictObject({
        to: z.string().min(1).max(320).describe("Address or name of who gets it"),
        text: z.string().min(1).max(10_000).describe("What it says"),
      }),
      outputSchema: Sentence,
      requireApproval: true,
      execute: ({ to, text }, context) =>
        metrics.countToolCall("send_message", async () => {
          const { agent, requestContext } = context;
          const toolCall = agent?.toolCallId;
          const run = runOf(context);
          if (!run || !toolCall) throw new Error("send_message works in a turn of an agent only");
          const tenant = String(requestContext?.get("tenant") ?? DEFAULT_TENANT);
          await outbox.send({ tenant, run, toolCall, recipient: to, body: text });
          return { answer: `The message to ${to} is sent.` };
        }),
    }),
  };
}

/** The agent's run that calls the tool: Mastra gives it, its types don't tell. */
function runOf(context: object): string | undefined {
  return "runId" in context && typeof context.runId === "string" ? context.runId : undefined;
}
