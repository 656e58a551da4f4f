import { AssistantRuntimeProvider, ComposerPrimitive, MessagePrimitive, ThreadPrimitive } from "@assistant-ui/react";
import { AssistantChatTransport, createResumableSessionStorage, useChatRuntime } from "@assistant-ui/react-ai-sdk";
import { lastAssistantMessageIsCompleteWithApprovalResponses } from "ai";
import { createRoot } from "react-dom/client";

/** Where the agent listens: the page's address says it. */
const agent = new URLSearchParams(location.search).get("agent");

/** Where a page that is loaded again finds the stream that it was reading. */
const resumable = {
  storage: createResumableSessionStorage(),
  resumeApi: (stream) => `${agent}/chat/${stream}/stream`,
};

function Page() {
  const runtime = useChatRuntime({
    transport: new AssistantChatTransport({ api: `${agent}/chat`, resumable }),
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <ThreadPrimitive.Root>
        <ThreadPrimitive.Messages components={{ UserMessage: Said, AssistantMessage: Said }} />
        <ComposerPrimitive.Root>
          <ComposerPrimitive.Input placeholder="Message" />
          <ThreadPrimitive.If running>
            <ComposerPrimitive.Cancel>Stop</ComposerPrimitive.Cancel>
          </ThreadPrimitive.If>
          <ThreadPrimitive.If running={false}>
            <ComposerPrimitive.Send>Send</ComposerPrimitive.Send>
          </ThreadPrimitive.If>
        </ComposerPrimitive.Root>
      </ThreadPrimitive.Root>
    </AssistantRuntimeProvider>
  );
}

function Said() {
  return (
    <MessagePrimitive.Root className="message">
      <MessagePrimitive.Parts components={{ tools: { Fallback: ToolCall } }} />
    </MessagePrimitive.Root>
  );
}

/** A tool call with what it gave, and the question where it waits for an approval. */
function ToolCall({ toolName, result, approval, respondToApproval }) {
  const isAsked = approval !== undefined && approval.approved === undefined && result === undefined;
  return (
    <div className="tool">
      {toolName}: {JSON.stringify(result ?? null)}
      {isAsked && (
        <button type="button" onClick={() => respondToApproval({ approved: true })}>
          Approve
        </button>
      )}
    </div>
  );
}

createRoot(document.body.appendChild(document.createElement("main"))).render(<Page />);
