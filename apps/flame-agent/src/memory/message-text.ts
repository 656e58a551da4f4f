import type { MastraDBMessage } from "@mastra/core/agent";

/** The words of a message; what tools were asked and answered is not among them. */
export function textOf(message: MastraDBMessage): string {
  return message.content.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}
