import type { Processor } from "@mastra/core/processors";

/**
 * Has what is said now come behind all that the thread remembers, whatever the clock says. Mastra puts messages in order
 * by their times alone: after a clock stepped back a question would stand before older messages, and its answer be added
 * to one of them.
 */
export const messageOrder = {
  id: "message-order",
  processInput({ messageList }) {
    const times = messageList.get.remembered.db().map(({ createdAt }) => createdAt.getTime());
    let latest = Math.max(...times);
    for (const message of messageList.get.input.db()) {
      if (message.createdAt.getTime() <= latest) {
        messageList.removeByIds([message.id]);
        messageList.add({ ...message, createdAt: new Date(latest + 1) }, "input");
      }
      latest = Math.max(latest + 1, message.createdAt.getTime());
    }
    return messageList;
  },
} satisfies Processor<"message-order">;
