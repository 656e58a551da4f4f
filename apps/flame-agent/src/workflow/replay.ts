import { isDeepStrictEqual } from "node:util";
import type { MastraDBMessage } from "@mastra/core/agent";
import { jsonText } from "../database/index.ts";
import { answers } from "../memory/answer-mark.ts";
import { REJECTED } from "../memory/declined-calls.ts";
import { contentOf } from "../memory/message-text.ts";
import type { ThreadMemory } from "../memory/thread-memory.ts";
import type { ApprovedTools } from "../tools/index.ts";
import type { LiveTurn } from "./live.ts";
import type { MadeCall } from "./records.ts";

/** A turn that is taken up again. */
export interface ReplayedTurn {
  readonly id: string;
  readonly thread: string;
  readonly resource: string;
  readonly message: string;
  /** The tool calls of its earlier attempts that were decided about, the oldest first. */
  readonly decided: readonly MadeCall[];
}

type Part = MastraDBMessage["content"]["parts"][number];

/**
 * The messages that an interrupted turn goes on from, in a new run of the agent: its question, and what was decided
 * with what came of it. Approved calls are done here, under the run that they were made in, so that one that was done
 * already isn't done twice. What the interrupted run left half done is taken out of memory.
 */
export async function replay(
  turn: ReplayedTurn,
  live: LiveTurn,
  memory: ThreadMemory,
  tools: ApprovedTools,
): Promise<readonly MastraDBMessage[]> {
  const { id, thread, resource, message, decided } = turn;
  const { question, following } = await memory.ofTurn(thread, id);
  const callers = following.filter((one) => decided.some((call) => makes(one, call)));
  const halfDone = following.filter(
    (one) => !callers.includes(one) && (waitsInTurn(one, id) || answers(one, id) === "cut"),
  );
  // What stands before another turn's messages is written anew behind them: a model's call is told with the answer before
  // it, whosever that is. All of it is made of the turn's record again where this doesn't come to its end.
  const others = following.some((one) => !callers.includes(one) && !halfDone.includes(one));
  const standing = others && decided.length > 0 ? [...(question ? [question] : []), ...callers] : [];
  await memory.remove([...halfDone, ...standing]);
  if (decided.length === 0) return [said(turn, id, "user", contentOf(message))];

  const calls: MastraDBMessage[] = [];
  for (const call of decided) {
    const part = settled(call, await outcomeOf(call, live, tools));
    const there = calls.find((one) => makes(one, call));
    const caller =
      there ??
      callers.find((one) => makes(one, call)) ??
      said(turn, `${id}-${call.toolCall}`, "assistant", { format: 2, parts: [part] });
    const changed = withPart(withDecided(caller, decided), call, part);
    if (there) calls.splice(calls.indexOf(there), 1, changed);
    else calls.push(changed);
  }
  // The turn takes place now: it follows what was said in the thread since, and its messages keep their order.
  const now = Date.now();
  const asked = question ?? said(turn, id, "user", contentOf(message));
  const messages = [asked, ...calls].map((one, index) => ({
    ...one,
    threadId: thread,
    resourceId: resource,
    createdAt: new Date(now + index),
  }));
  await memory.save(messages);
  return messages;
}

/** What came of a call, told to the client too. A tool that fails tells the model so, as it does in a run. */
async function outcomeOf(call: MadeCall, live: LiveTurn, tools: ApprovedTools): Promise<unknown> {
  const { tool: name, toolCall } = call;
  if (!call.approved) {
    await live.emit({ event: "tool", data: { name, toolCall, state: "declined" } });
    return call.reason ?? REJECTED;
  }
  live.signal.throwIfAborted();
  const tool = isApproved(tools, name) ? tools[name] : undefined;
  if (!tool) {
    await live.emit({ event: "tool", data: { name, toolCall, state: "failed" } });
    return `The tool ${name} isn't there any more`;
  }
  const output = await tool({ tenant: live.tenant, run: call.run, toolCall, input: call.input });
  await live.emit({ event: "tool", data: { name, toolCall, state: "answered", output } });
  return output;
}

function isApproved(tools: ApprovedTools, name: string): name is keyof ApprovedTools {
  return Object.hasOwn(tools, name);
}

function settled({ toolCall, tool, input }: MadeCall, result: unknown): Part {
  return {
    type: "tool-invocation",
    toolInvocation: { state: "result", toolCallId: toolCall, toolName: tool, args: input, result },
  };
}

/** The message with the call settled in it, and waiting for nobody. */
function withPart(message: MastraDBMessage, call: MadeCall, settledPart: Part): MastraDBMessage {
  const { pendingToolApprovals: _, ...metadata } = message.content.metadata ?? {};
  const parts = message.content.parts.map((part) => (isCall(part, call) ? settledPart : part));
  return { ...message, content: { ...message.content, parts, metadata } };
}

/** The message without the calls that nothing came of: the new run's model may make them again. */
function withDecided(message: MastraDBMessage, decided: readonly MadeCall[]): MastraDBMessage {
  const parts = message.content.parts.filter((part) => !isUndone(part) || decided.some((call) => isCall(part, call)));
  return { ...message, content: { ...message.content, parts } };
}

/** A call of the interrupted run's that another one beside it kept waiting. */
function isUndone(part: Part): boolean {
  return part.type === "tool-invocation" && ["call", "partial-call"].includes(part.toolInvocation.state);
}

const makes = (message: MastraDBMessage, call: MadeCall) =>
  message.role === "assistant" && message.content.parts.some((part) => isCall(part, call));

/** By its input too, as the approval keeps it: in threads of earlier releases a call's id may come again in a later turn. */
function isCall(part: Part, { toolCall, tool, input }: MadeCall): boolean {
  if (part.type !== "tool-invocation") return false;
  const { toolCallId, toolName, args } = part.toolInvocation;
  return toolCallId === toolCall && toolName === tool && isDeepStrictEqual(JSON.parse(jsonText(args)), input);
}

/** Whether the message waits for the approval of a call that a run of this turn made. */
function waitsInTurn({ content }: MastraDBMessage, turn: string): boolean {
  const pending: unknown = content.metadata?.pendingToolApprovals;
  if (typeof pending !== "object" || pending === null) return false;
  return Object.values(pending).some(
    (call: unknown) =>
      typeof call === "object" &&
      call !== null &&
      "runId" in call &&
      typeof call.runId === "string" &&
      (call.runId === turn || call.runId.startsWith(`${turn}-`)),
  );
}

function said(
  { thread, resource }: ReplayedTurn,
  id: string,
  role: "user" | "assistant",
  content: MastraDBMessage["content"],
): MastraDBMessage {
  return { id, role, threadId: thread, resourceId: resource, createdAt: new Date(), content };
}
