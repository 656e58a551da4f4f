import { z } from "zod";
import { isRecord } from "./is-record.ts";
import { beside, ImagePart, ModelFile, StoredFile, Told, UiFile } from "./message-files.ts";

/** A part of a message as it is handed on: the fields that something behind reads, each in a form that it can take. */
export interface MessagePart {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Parts that may stand somewhere, by their type; `tool-*` and `data-*` are for all types that begin so. */
type Shapes = Readonly<Record<string, z.ZodType<Readonly<Record<string, unknown>>>>>;

/** A thing with a name that must be text where it is there at all. */
const Named = z.string().min(1);
/** What goes into a tool; nothing where a model wrote what is no object. */
const Input = z
  .unknown()
  .optional()
  .transform((input) => (isRecord(input) ? input : {}));
/** What a tool answered; one that answers nothing has none in JSON. */
const Output = z
  .unknown()
  .optional()
  .transform((output) => output ?? null);
const ErrorText = z
  .string()
  .nullish()
  .transform((text) => text ?? "");

const Approval = z.object({ id: Named, approved: z.boolean().optional(), reason: z.string().optional() });
/** Whose approval the user was asked for. */
const Asked = z.object({ approvalId: Named, toolCallId: Named });
const Decided = z.object({ approvalId: Named, approved: z.boolean(), reason: z.string().optional() });

const Nothing = z.object({});
const Text = z.object({ ...beside, text: z.string() });
const Data = z.object({ data: z.unknown().optional() });
const SourceDocument = z.object({
  ...beside,
  sourceId: Named,
  mediaType: z.string(),
  title: z.string(),
  filename: z.string().optional(),
});

/** A call as the AI SDK's versions name what goes in: each reads its own. */
const ToolCall = z
  .object({
    ...beside,
    toolCallId: Named,
    toolName: Named,
    input: z.unknown().optional(),
    args: z.unknown().optional(),
    providerExecuted: z.boolean().optional(),
  })
  .transform(({ input, args, ...call }) => {
    const given = Input.parse(input ?? args);
    return { ...call, input: given, args: given };
  });
const ToolResult = z
  .object({
    ...beside,
    toolCallId: Named,
    toolName: Named,
    input: z.unknown().optional(),
    output: z.unknown().optional(),
    result: z.unknown().optional(),
  })
  .transform(({ input, output, result, ...call }) => ({
    ...call,
    ...(isRecord(input) && { input }),
    output: output ?? { type: "json", value: result ?? null },
    result: result ?? (isRecord(output) && "value" in output ? output.value : output) ?? null,
  }));

/** Content of messages to a model, by who says it. */
export const MODEL_PARTS = {
  system: { text: Text },
  user: { text: Text, image: ImagePart, file: ModelFile },
  assistant: {
    text: Text,
    file: ModelFile,
    reasoning: z.object({ ...beside, text: z.string(), signature: z.string().optional() }),
    "redacted-reasoning": z.object({ ...beside, data: z.string() }),
    "tool-call": ToolCall,
    "tool-result": ToolResult,
    "tool-approval-request": Asked,
  },
  tool: { "tool-result": ToolResult, "tool-approval-response": Decided },
} satisfies Record<string, Shapes>;

const tool = {
  toolCallId: Named,
  input: Input,
  providerExecuted: z.boolean().optional(),
  callProviderMetadata: Told,
  resultProviderMetadata: Told,
};
const UiTool = z.discriminatedUnion("state", [
  z.object({ ...tool, state: z.enum(["input-streaming", "input-available"]) }),
  z.object({ ...tool, state: z.enum(["approval-requested", "approval-responded"]), approval: Approval }),
  z.object({ ...tool, state: z.literal("output-available"), output: Output }),
  z.object({ ...tool, state: z.literal("output-error"), errorText: ErrorText }),
  z.object({ ...tool, state: z.literal("output-denied"), approval: Approval.optional() }),
]);

/** Parts of messages for a user interface since version 5 of the AI SDK, by who says it. */
export const UI_PARTS = {
  system: { text: Text },
  user: { text: Text, file: UiFile, "data-*": Data, "step-start": Nothing },
  assistant: {
    text: Text,
    file: UiFile,
    reasoning: z.object({ ...beside, text: z.string() }),
    "step-start": Nothing,
    "source-url": z.object({ ...beside, sourceId: Named, url: z.string(), title: z.string().optional() }),
    "source-document": SourceDocument,
    "dynamic-tool": UiTool.and(z.object({ toolName: Named })),
    "tool-*": UiTool,
    "data-*": Data,
  },
} satisfies Record<string, Shapes>;

const ReasoningDetail = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string(), signature: z.string().optional() }),
  z.object({ type: z.literal("redacted"), data: z.string() }),
]);
const StoredReasoning = z
  .object({
    ...beside,
    reasoning: z.string().optional(),
    text: z.string().optional(),
    details: z.array(ReasoningDetail).optional(),
  })
  .refine(({ reasoning, text }) => reasoning !== undefined || text !== undefined, {
    error: "must be text",
    path: ["reasoning"],
  })
  .transform(({ text, reasoning = text ?? "", details, ...part }) => ({
    ...part,
    reasoning,
    details: details ?? [{ type: "text", text: reasoning }],
  }));

const invocation = { toolCallId: Named, toolName: Named, args: Input, step: z.int().min(0).optional() };
const ToolInvocation = z.object({
  ...beside,
  providerExecuted: z.boolean().optional(),
  toolInvocation: z.discriminatedUnion("state", [
    z.object({ ...invocation, state: z.enum(["partial-call", "call"]) }),
    z.object({ ...invocation, state: z.enum(["approval-requested", "approval-responded"]), approval: Approval }),
    z.object({ ...invocation, state: z.literal("result"), result: Output }),
    z.object({ ...invocation, state: z.literal("output-error"), errorText: ErrorText }),
    z.object({ ...invocation, state: z.literal("output-denied"), approval: Approval.optional() }),
  ]),
});
const Source = z.object({
  ...beside,
  source: z.looseObject({ id: z.string(), url: z.string().optional(), title: z.string().optional() }),
});

/** Parts of messages as version 4 of the AI SDK and Mastra's store have them, by who says it. */
export const STORED_PARTS = {
  system: { text: Text },
  user: { text: Text, file: StoredFile, "data-*": Data, "step-start": Nothing },
  assistant: {
    text: Text,
    file: StoredFile,
    reasoning: StoredReasoning,
    "step-start": Nothing,
    source: Source,
    "tool-invocation": ToolInvocation,
    "data-*": Data,
  },
} satisfies Record<string, Shapes>;

/** A list of parts of these shapes: all else is refused, with what is allowed. */
export function partsOf(shapesFor: (parts: readonly MessagePart[]) => Shapes) {
  return z.array(z.looseObject({ type: Named })).transform((parts, context): readonly MessagePart[] => {
    const shapes = shapesFor(parts);
    return parts.flatMap((part, index) => {
      const shape = shapeOf(shapes, part.type);
      if (!shape) {
        const message = `must be a part that may stand here; allowed: ${Object.keys(shapes).join(", ")}`;
        context.issues.push({ code: "custom", path: [index, "type"], message, input: part.type });
        return [];
      }
      const { data, error } = shape.safeParse(part);
      for (const { path, message } of error?.issues ?? [])
        context.issues.push({ code: "custom", path: [index, ...path], message, input: part });
      return data ? [{ ...data, type: part.type }] : [];
    });
  });
}

/** Whether these are parts of version 4 of the AI SDK, which no later one reads, and the other way round. */
export function areOfVersion4(parts: readonly MessagePart[]): boolean {
  return parts.some(
    ({ type, ...fields }) =>
      ["tool-invocation", "source"].includes(type) ||
      (type === "reasoning" && ("reasoning" in fields || "details" in fields)) ||
      (type === "file" && !("url" in fields)),
  );
}

/** Whether the part is about a tool call that waits for an approval, which no model is ever told. */
export function awaitsApproval({ type, state, toolInvocation }: MessagePart): boolean {
  const at = isRecord(toolInvocation) ? toolInvocation.state : state;
  return (
    ["tool-approval-request", "tool-approval-response"].includes(type) ||
    at === "approval-requested" ||
    at === "approval-responded"
  );
}

function shapeOf(shapes: Shapes, type: string): Shapes[string] | undefined {
  if (Object.hasOwn(shapes, type)) return shapes[type];
  const [, prefix] = /^(tool-|data-)./.exec(type) ?? [];
  return prefix === undefined ? undefined : shapes[`${prefix}*`];
}
