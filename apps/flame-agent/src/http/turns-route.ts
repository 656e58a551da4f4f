import { randomUUID } from "node:crypto";
import type { Mastra } from "@mastra/core/mastra";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { describeError, type Logger } from "../log.ts";
import { TurnAborted } from "../turns/turns.ts";
import type { AgentEnv } from "./env.ts";

const TurnRequest = z.strictObject({
  /** What the user says. */
  message: z.string().min(1),
  /** Thread to go on with. Default: a new one. */
  thread: z.string().min(1).max(200).optional(),
  /** Owner of the thread, such as a user. Default: `default`. */
  resource: z.string().min(1).max(200).default("default"),
});

/** Model calls in a turn at most: a tool that is called again and again ends there. */
const STEPS_MAX = 8;

/** `POST /turns`: one turn of the agent as an event stream that reads well in a terminal. */
export function takeTurn(mastra: Mastra, log: Logger) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = TurnRequest.safeParse(await context.req.json().catch(() => undefined));
    if (!request.success) {
      return context.json(
        {
          error: `The body is refused; allowed: {"message": "…", "thread"?: "…", "resource"?: "…"}`,
          problems: z.prettifyError(request.error),
        },
        400,
      );
    }

    const { message, resource, thread = randomUUID() } = request.data;
    const signal = context.get("turn")?.signal ?? context.req.raw.signal;
    return streamSSE(context, async (stream) => {
      const send = (event: string, data: object) => stream.writeSSE({ event, data: JSON.stringify(data) });
      try {
        await send("start", { thread, resource });
        const output = await mastra
          .getAgent("flame")
          .stream(message, { memory: { thread, resource }, abortSignal: signal, maxSteps: STEPS_MAX });
        for await (const chunk of output.fullStream) {
          if (chunk.type === "text-delta") await send("text", { delta: chunk.payload.text });
          if (chunk.type === "tool-call")
            await send("tool", { name: chunk.payload.toolName, state: "called", input: chunk.payload.args });
          if (chunk.type === "tool-result")
            await send("tool", { name: chunk.payload.toolName, state: "answered", output: chunk.payload.result });
          if (chunk.type === "tool-error") await send("tool", { name: chunk.payload.toolName, state: "failed" });
          if (chunk.type === "error") throw chunk.payload.error;
        }
        signal.throwIfAborted();
        const { inputTokens, outputTokens, totalTokens } = await output.usage;
        await send("end", {
          finishReason: await output.finishReason,
          usage: { inputTokens, outputTokens, totalTokens },
        });
      } catch (error) {
        const reason = signal.aborted ? signal.reason : error;
        if (!signal.aborted) {
          log.error({ error: describeError(log, error) }, "turn failed");
          context.get("turn")?.abort(new TurnAborted("failed", "The turn failed"));
        }
        await send(
          "error",
          reason instanceof TurnAborted
            ? { code: reason.outcome, message: reason.message }
            : { code: "failed", message: "The turn failed" },
        );
      }
    });
  };
}
