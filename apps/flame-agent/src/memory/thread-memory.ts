import type { MastraDBMessage } from "@mastra/core/agent";
import type { Memory } from "@mastra/memory";
import { answers, wholeAnswerOf } from "./answer-mark.ts";
import { contentOf, textOf } from "./message-text.ts";

/** What memory holds of a turn that is taken up again, in its order. */
export interface RememberedTurn {
  /** Its answer, where it is whole. */
  readonly answer: MastraDBMessage | undefined;
  readonly question: MastraDBMessage | undefined;
  /** What follows the question: the turn's own messages, and those of turns that ran at the same time or came later. */
  readonly following: readonly MastraDBMessage[];
}

/** Messages behind a question among which those of its turn are looked for. */
const FOLLOWING = 50;

export type ThreadMemory = ReturnType<typeof createThreadMemory>;

/** What turns need of Mastra's memory besides what the agent does with it. */
export function createThreadMemory(memory: Memory) {
  return {
    /** The texts of the user's last messages in a thread, the oldest first. */
    async lastUserMessages(thread: string, count: number): Promise<readonly string[]> {
      const { messages } = await memory.recall({
        threadId: thread,
        // The user's are every other one, or fewer where tools were called.
        perPage: count * 4,
        page: 0,
        orderBy: { field: "createdAt", direction: "DESC" },
      });
      return messages
        .filter(({ role }) => role === "user")
        .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
        .slice(-count)
        .map(textOf);
    },

    /** What there is of a turn, by the id of its question. */
    async ofTurn(thread: string, turn: string): Promise<RememberedTurn> {
      // The memory's own recall doesn't take what is around a message.
      const messagesOf = await memory.storage.getStore("memory");
      if (!messagesOf) throw new Error("The store keeps no messages");
      const include = [{ id: turn, threadId: thread, withNextMessages: FOLLOWING }];
      const { messages } = await messagesOf.listMessages({ threadId: thread, perPage: 0, include });
      const inOrder = messages.toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
      const place = inOrder.findIndex(({ id }) => id === turn);
      if (place < 0) return { answer: undefined, question: undefined, following: [] };
      const following = inOrder.slice(place + 1);
      const answer = following.find((message) => answers(message, turn) === "whole");
      return { answer, question: inOrder[place], following };
    },

    /** Writes messages; those that are there already are replaced. */
    async save(messages: readonly MastraDBMessage[]): Promise<void> {
      await memory.saveMessages({ messages: [...messages] });
    },

    async remove(messages: readonly MastraDBMessage[]): Promise<void> {
      if (messages.length > 0) await memory.deleteMessages(messages.map(({ id }) => id));
    },

    /** Writes a question and its answer that no model was asked for. Writing them again changes nothing. */
    async saveExchange({
      id,
      thread,
      resource,
      message,
      answer,
    }: {
      readonly id: string;
      readonly thread: string;
      readonly resource: string;
      readonly message: string;
      readonly answer: string;
    }): Promise<void> {
      if (!(await memory.getThreadById({ threadId: thread })))
        await memory.createThread({ threadId: thread, resourceId: resource });
      const now = Date.now();
      const said = (
        key: string,
        role: "user" | "assistant",
        text: string,
        at: number,
        metadata: MastraDBMessage["content"]["metadata"] = {},
      ): MastraDBMessage => ({
        id: key,
        role,
        threadId: thread,
        resourceId: resource,
        createdAt: new Date(at),
        content: { ...contentOf(text, new Date(at)), metadata },
      });
      // The answer is a moment younger, so that the two are always read in their order.
      await memory.saveMessages({
        messages: [
          said(id, "user", message, now),
          said(`${id}-answer`, "assistant", answer, now + 1, wholeAnswerOf(id)),
        ],
      });
    },
  };
}
