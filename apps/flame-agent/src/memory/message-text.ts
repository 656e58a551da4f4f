import type { MastraDBMessage } from "@mastra/core/agent";

/** What a message says behind the last of these tool calls, as it was streamed; all of it where it makes none of them. */
export function textBehind(message: MastraDBMessage, toolCalls: readonly string[]): string {
  const { parts } = message.content;
  const last = parts.findLastIndex(
    (part) => part.type === "tool-invocation" && toolCalls.includes(part.toolInvocation.toolCallId),
  );
  return parts
    .slice(last + 1)
    .flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join("");
}

/** The words of a message; what tools were asked and answered is not among them. */
export function textOf({ content }: Said): string {
  return content.parts.flatMap(({ type, text }) => (type === "text" && text !== undefined ? [text] : [])).join("\n");
}

/** A message, as far as its words go. */
interface Said {
  readonly content: { readonly parts: readonly { readonly type: string; readonly text?: string | undefined }[] };
}

/** A message's content that is this text, in the shape that Mastra writes. */
export function contentOf(text: string, at: Date = new Date()): MastraDBMessage["content"] {
  return { format: 2, parts: [{ type: "text", text, createdAt: at.getTime() }], content: text };
}
