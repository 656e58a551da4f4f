import { createTool, validateToolInput } from "@mastra/core/tools";
import { z } from "zod";
import { DEFAULT_TENANT } from "../tenants/index.ts";
import { evaluate } from "./arithmetic.ts";
import { answerDate, DateQuestion } from "./dates.ts";
import { describedOnce } from "./described-once.ts";
import type { Outbox } from "./outbox.ts";
import type { ToolCalls } from "./tool-calls.ts";

export { type CallOutcomes, withCallOutcomes } from "./call-outcomes.ts";
export { createToolCalls, type ToolCalls } from "./tool-calls.ts";

const Sentence = z.strictObject({ answer: z.string() });

const Message = z.strictObject({
  to: z.string().min(1).max(320).describe("Address or name of who gets it"),
  text: z.string().min(1).max(10_000).describe("What it says"),
});

/** A tool call that somebody approved. */
export interface ApprovedCall {
  readonly tenant: string;
  /** The agent's run that made the call: with `toolCall` it tells whether the call was done already. */
  readonly run: string;
  readonly toolCall: string;
  readonly input: unknown;
}

/** What the calls that need an approval do, by their tool. Doing one again changes nothing and gives the same answer. */
export type ApprovedTools = ReturnType<typeof approvedTools>;

export function approvedTools(calls: ToolCalls, outbox: Outbox) {
  return {
    send_message: ({ input, ...call }: ApprovedCall) =>
      calls.run("send_message", call.toolCall, async () => {
        const { to, text } = Message.parse(input);
        await outbox.send({ ...call, recipient: to, body: text });
        return { answer: `The message to ${to} is sent.` };
      }),
  };
}

/** The agent's tools. All work with no network; each call is counted. Only `send_message` waits for an approval. */
export function agentTools(calls: ToolCalls, approved: ApprovedTools) {
  return {
    calculate: createTool({
      id: "calculate",
      description:
        "Computes an arithmetic expression: + - * / % ^, parentheses, sqrt, abs, round, floor, ceil, min, max, pi, e.",
      inputSchema: describedOnce(z.strictObject({ expression: z.string().min(1) })),
      outputSchema: describedOnce(Sentence),
      execute: ({ expression }, { agent }) =>
        calls.run("calculate", agent?.toolCallId, () => ({ answer: `${expression} = ${evaluate(expression)}` })),
    }),
    dates: createTool({
      id: "dates",
      description:
        "Answers a question about dates: the time now, the weekday, the span between two dates, adding to a date, converting to a time zone.",
      inputSchema: describedOnce(z.strictObject({ question: DateQuestion })),
      outputSchema: describedOnce(Sentence),
      execute: ({ question }, { agent }) =>
        calls.run("dates", agent?.toolCallId, () => ({ answer: answerDate(question, Date.now()) })),
    }),
    send_message: createTool({
      id: "send_message",
      description: "Sends a message to somebody. It leaves only after a person has approved it.",
      inputSchema: describedOnce(Message),
      outputSchema: describedOnce(Sentence),
      // Nobody is asked about a call that can't be done: the model is told what is wrong with it.
      requireApproval: (input) => validateToolInput(Message, input).error === undefined,
      execute: (input, context) => {
        const { agent, requestContext } = context;
        const toolCall = agent?.toolCallId;
        const run = runOf(context);
        if (!run || !toolCall) throw new Error("send_message works in a turn of an agent only");
        const tenant = String(requestContext?.get("tenant") ?? DEFAULT_TENANT);
        return approved.send_message({ tenant, run, toolCall, input });
      },
    }),
  };
}

/** The agent's run that calls the tool: Mastra gives it, its types don't tell. */
function runOf(context: object): string | undefined {
  return "runId" in context && typeof context.runId === "string" ? context.runId : undefined;
}
