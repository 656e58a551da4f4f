import type { Processor } from "@mastra/core/processors";
import type { RequestContext } from "@mastra/core/request-context";
import { z } from "zod";

/** What the model is told of a rejected call where nobody gave a reason, in Mastra's own words. */
export const REJECTED = "Tool call was not approved by the user";

/** A tool call that somebody rejected, and what the model is told of it. */
const DeclinedCall = z.object({ toolCall: z.string(), reason: z.string() });
export type DeclinedCall = z.output<typeof DeclinedCall>;

/** The key of the request context that has the rejected calls of the answer that a run goes on behind. */
const DECLINED = "declinedCalls";

/** Has the run of this context know which calls were rejected. */
export function setDeclined(context: RequestContext, declined: readonly DeclinedCall[]): void {
  context.set(DECLINED, declined);
}

/** Has the model know of each rejected call: Mastra leaves those out beside which another call of the answer failed. */
export const declinedCalls = {
  id: "declined-calls",
  processInputStep({ messageList, requestContext }) {
    const declined = z.array(DeclinedCall).catch([]).parse(requestContext?.get(DECLINED));
    const parts = messageList.get.all.db().flatMap(({ content }) => content.parts);
    for (const { toolCall, reason } of declined) {
      const part = parts.findLast(
        (one) => one.type === "tool-invocation" && one.toolInvocation.toolCallId === toolCall,
      );
      if (part?.type !== "tool-invocation" || part.toolInvocation.state !== "call") continue;
      const approval = { id: toolCall, approved: false, reason };
      messageList.updateToolInvocation({
        ...part,
        toolInvocation: { ...part.toolInvocation, state: "output-denied", approval },
      });
    }
    return messageList;
  },
} satisfies Processor<"declined-calls">;
