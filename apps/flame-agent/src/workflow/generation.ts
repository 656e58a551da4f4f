import type { Agent, MastraDBMessage } from "@mastra/core/agent";
import type { RequestContext } from "@mastra/core/request-context";
import { isValidationError } from "@mastra/core/tools";
import { asNewRun } from "../database/index.ts";
import { REJECTED, setDeclined } from "../memory/declined-calls.ts";
import { tokensOf } from "../model/offline.answer.ts";
import { type CallOutcomes, withCallOutcomes } from "../tools/index.ts";
import type { CitationWatch } from "./citations.ts";
import type { TurnEvent, Usage } from "./events.ts";
import type { LiveTurn } from "./live.ts";
import { type StepCall, StepCalls } from "./step-calls.ts";

/** Model calls in a turn at most: a tool that is called again and again ends there. */
const STEPS_MAX = 8;

/** How the model's part of a turn ended. */
export type Generated =
  | {
      readonly kind: "answered";
      readonly finishReason: string;
      readonly usage: { inputTokens?: number; outputTokens?: number; totalTokens?: number };
      /** True: it ended by itself and called no tool, so that it depends on the prompt alone. */
      readonly plain: boolean;
    }
  | {
      readonly kind: "waiting";
      readonly call: { toolCall: string; tool: string; input: unknown; calls: StepCall[] };
    };

export interface Generation {
  /** The id of the user's message: a turn that begins anew writes the same one again and not a second. */
  readonly id: string;
  readonly message: string;
  /** What a turn that is taken up again goes on from; absent in its first attempt. */
  readonly replayed: readonly MastraDBMessage[] | undefined;
  readonly options: {
    readonly runId: string;
    readonly memory: { readonly thread: string; readonly resource: string };
    readonly abortSignal: AbortSignal;
    /** What a model, an instruction or a tool may be chosen by, and the tenant that tools work for. */
    readonly requestContext: RequestContext;
    /** Said to the model in this turn beside its instructions. */
    readonly system?: string;
  };
  /** The calls of the answer in which the run waits; none in a run that begins. */
  readonly calls: readonly StepCall[];
  /** The decision about the tool call that the run waits for; absent in a run that begins. */
  readonly decided:
    | {
        readonly toolCall: string;
        readonly tool: string;
        readonly approved: boolean;
        readonly reason?: string | null | undefined;
      }
    | undefined;
}

/** Has the agent answer, and tells the client each piece, tool call and citation as it comes. */
export function generate(
  agent: Agent,
  turn: LiveTurn,
  watch: CitationWatch,
  generation: Generation,
): Promise<Generated> {
  return withCallOutcomes((outcomes) => generateNoting(outcomes, agent, turn, watch, generation));
}

async function generateNoting(
  outcomes: CallOutcomes,
  agent: Agent,
  turn: LiveTurn,
  watch: CitationWatch,
  generation: Generation,
): Promise<Generated> {
  const { decided } = generation;
  const calls = new StepCalls(generation.calls);
  const emitAll = async (events: readonly TurnEvent[]) => {
    for (const event of events) await turn.emit(event);
  };
  if (decided?.approved === false)
    await emitAll(calls.decline(decided.toolCall, decided.tool, decided.reason || REJECTED));
  setDeclined(generation.options.requestContext, calls.declined);
  const output = await begin(agent, generation);
  let waiting: Extract<Generated, { kind: "waiting" }> | undefined;
  let tools = 0;
  for await (const chunk of output.fullStream) {
    switch (chunk.type) {
      case "text-delta": {
        const { text: delta } = chunk.payload;
        await turn.emit({ event: "text", data: { delta } });
        for (const data of watch.add(delta)) await turn.emit({ event: "citation", data });
        break;
      }
      case "tool-call": {
        tools += 1;
        const { toolName: name, toolCallId: toolCall, args: input } = chunk.payload;
        calls.called(toolCall, name);
        await turn.emit({ event: "tool", data: { name, toolCall, state: "called", input } });
        break;
      }
      case "tool-result": {
        const { toolName: name, toolCallId: toolCall, result: output } = chunk.payload;
        // The model is told what is wrong with an input; the tool answered nothing.
        const outcome = isValidationError(output)
          ? ({ state: "failed" } as const)
          : { state: "answered" as const, output };
        await emitAll(calls.settle(toolCall, name, outcome));
        break;
      }
      case "tool-error": {
        const { toolName: name, toolCallId: toolCall } = chunk.payload;
        await emitAll(calls.settle(toolCall, name, { state: "failed" }));
        break;
      }
      case "tool-call-approval": {
        const { toolCallId: toolCall, toolName: tool, args: input } = chunk.payload;
        await emitAll(calls.settleBefore(toolCall, outcomes));
        waiting = { kind: "waiting", call: { toolCall, tool, input, calls: [...calls.all] } };
        break;
      }
      case "error":
        throw chunk.payload.error;
    }
  }
  turn.signal.throwIfAborted();
  if (waiting) return waiting;
  const finishReason = (await output.finishReason) ?? "unknown";
  const { inputTokens, outputTokens, totalTokens } = await output.usage;
  const usage: Usage = {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(totalTokens !== undefined && { totalTokens }),
  };
  return { kind: "answered", finishReason, usage, plain: tools === 0 && finishReason === "stop" };
}

/** Tells an answer that there is already. `watch` tells its citations as they come, where they aren't known yet. */
export async function tell(turn: LiveTurn, answer: string, watch?: CitationWatch): Promise<Generated> {
  for (const delta of tokensOf(answer)) {
    await turn.emit({ event: "text", data: { delta } });
    for (const data of watch?.add(delta) ?? []) await turn.emit({ event: "citation", data });
  }
  return { kind: "answered", finishReason: "stop", usage: {}, plain: false };
}

function begin(agent: Agent, { id, message, replayed, options, decided }: Generation) {
  // Else a call behind one that waits for approval is begun while the model still speaks, and nobody knows how far it is.
  const every = { ...options, maxSteps: STEPS_MAX, eagerToolExecution: false };
  if (!decided) {
    const said = replayed ? [...replayed] : [{ id, role: "user" as const, content: message }];
    return asNewRun(() => agent.stream(said, every));
  }
  const resumed = { ...every, toolCallId: decided.toolCall };
  if (decided.approved) return agent.approveToolCall(resumed);
  return agent.declineToolCall({ ...resumed, ...(decided.reason && { reason: decided.reason }) });
}
