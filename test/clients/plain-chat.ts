import {
  AbstractChat,
  type ChatState,
  type ChatStatus,
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  type UIMessage,
} from "ai";

/** The client's state as its frameworks keep it, here in plain fields. */
export class PlainState implements ChatState<UIMessage> {
  status: ChatStatus = "ready";
  error: Error | undefined;
  messages: UIMessage[] = [];
  pushMessage = (message: UIMessage) => void this.messages.push(message);
  popMessage = () => void this.messages.pop();
  replaceMessage = (index: number, message: UIMessage) => void this.messages.splice(index, 1, message);
  snapshot = <Value>(value: Value) => structuredClone(value);
}

export class PlainChat extends AbstractChat<UIMessage> {}

/** AI SDK's client of an agent's chat, as the agent's README says. */
export function chatOf(
  { url }: { readonly url: string },
  id: string,
  state = new PlainState(),
  body: object = {},
  asked: typeof fetch = fetch,
) {
  const transport = new DefaultChatTransport<UIMessage>({ api: `${url}/chat`, body, fetch: asked });
  const chat = new PlainChat({
    id,
    state,
    transport,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  return { chat, state, transport };
}

export const textOf = (message: UIMessage | undefined) =>
  message?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";
export const toolsOf = (message: UIMessage | undefined) =>
  message?.parts.flatMap((part) => (part.type === "dynamic-tool" ? [part] : [])) ?? [];
