import type { MastraDBMessage } from "@mastra/core/agent";
import type { Memory } from "@mastra/memory";
import { textOf } from "./message-text.ts";

/** Who a thread belongs to. */
export interface ThreadOwner {
  readonly resource: string;
}

export type ThreadMemory = ReturnType<typeof createThreadMemory>;

/** What turns need of Mastra's memory besides what the agent does with it. */
export function createThreadMemory(memory: Memory) {
  return {
    /** The owner of a thread; undefined where nothing was said in it yet. */
    async ownerOf(thread: string): Promise<ThreadOwner | undefined> {
      const found = await memory.getThreadById({ threadId: thread });
      return found ? { resource: found.resourceId } : undefined;
    },

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
      const said = (key: string, role: "user" | "assistant", text: string, at: number): MastraDBMessage => ({
        id: key,
        role,
        threadId: thread,
        resourceId: resource,
        createdAt: new Date(at),
        content: { format: 2, parts: [{ type: "text", text }] },
      });
      // The answer is a moment younger, so that the two are always read in their order.
      await memory.saveMessages({
        messages: [said(id, "user", message, now), said(`${id}-answer`, "assistant", answer, now + 1)],
      });
    },
  };
}
