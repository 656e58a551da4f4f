import type { MastraDBMessage } from "@mastra/core/agent";
import type { Processor } from "@mastra/core/processors";

/** The key of the request context that names the turn which an agent's run belongs to. */
export const TURN = "turn";

/** The key of a message's metadata under which an answer says whose it is. */
const MARK = "answers";

/** What an answer says about itself. */
interface Mark {
  readonly turn: string;
  /** False: it was cut short, and the turn may be taken up again. */
  readonly whole: boolean;
}

/**
 * Writes into each answer which turn it belongs to and whether it is whole, in the same statement that keeps it. A
 * process that dies before it has noted the turn's end leaves an answer that the next one finds and doesn't make again.
 */
export const answerMark = {
  id: "answer-mark",
  processOutputResult({ messageList, requestContext, result }) {
    const turn: unknown = requestContext?.get(TURN);
    const answer = messageList.get.response.db().findLast(({ role }) => role === "assistant");
    if (typeof turn !== "string" || !answer) return messageList;
    const mark: Mark = { turn, whole: ENDED_BY_ITSELF.includes(result.finishReason) };
    answer.content.metadata = { ...answer.content.metadata, [MARK]: mark };
    return messageList;
  },
} satisfies Processor<"answer-mark">;

/** Reasons to end that are the model's own, and not those of an abort or an error. */
const ENDED_BY_ITSELF: readonly string[] = ["stop", "length", "content-filter", "tool-calls"];

/** The mark that says that the message is the turn's whole answer, for one that no model made. */
export function wholeAnswerOf(turn: string): Readonly<Record<string, Mark>> {
  return { [MARK]: { turn, whole: true } };
}

/** What the message is to the turn: its whole answer, a part of one that was cut, or nothing of the kind. */
export function answers(message: MastraDBMessage, turn: string): "whole" | "cut" | "no" {
  const mark: unknown = message.content.metadata?.[MARK];
  if (typeof mark !== "object" || mark === null || !("turn" in mark) || mark.turn !== turn) return "no";
  return "whole" in mark && mark.whole === true ? "whole" : "cut";
}
