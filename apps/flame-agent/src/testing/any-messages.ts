import fc from "fast-check";

const SPARSE = { requiredKeys: [] };

/** Values that belong nowhere, or somewhere by chance. */
const json = fc.constantFrom<unknown>(
  ...[null, 0, -1.5, "", "x", " ", "aGk=", [], {}, [null], { a: 1 }, true, "2020-01-01", "__proto__", "image/png"],
  ...[
    { type: "text", value: "x" },
    { type: "json", value: { a: 1 } },
    { type: "error-json", value: null },
  ],
  { type: "content", value: [{ type: "text", text: "x" }] },
  { content: [{ type: "text" }] },
);
/** Mostly right. */
const near = (good: fc.Arbitrary<unknown>) => fc.oneof({ arbitrary: good, weight: 12 }, { arbitrary: json, weight: 1 });
const state = fc.constantFrom(
  ...["partial-call", "call", "result", "approval-requested", "approval-responded", "output-available"],
  ...["output-error", "output-denied", "input-available", "input-streaming"],
);
const args = near(fc.constant({ expression: "1+1" }));
const approval = near(fc.constant({ id: "x", approved: true }));
const details = fc.array(
  fc.record({ type: fc.constantFrom("text", "redacted", "zz"), text: fc.constant("x"), data: json }, SPARSE),
  { maxLength: 2 },
);
const options = near(
  fc.record(
    { mastra: fc.record({ createdAt: fc.constant(1), modelOutput: json }, SPARSE), openai: fc.constant({ a: 1 }) },
    SPARSE,
  ),
);
const call = { toolCallId: fc.constantFrom("c1", "c2"), toolName: fc.constantFrom("calculate", "nope") };
/** Fields of any part. */
const fields: Record<string, fc.Arbitrary<unknown>> = {
  ...call,
  text: fc.constantFrom("hello", ""),
  image: fc.constantFrom("aGk=", "data:image/png;base64,aGk="),
  data: near(fc.constant("aGk=")),
  url: fc.constant("data:image/png;base64,aGk="),
  mediaType: fc.constantFrom("image/png", "text/plain", "audio/wav"),
  mimeType: fc.constant("image/png"),
  state,
  args,
  input: args,
  output: json,
  result: json,
  errorText: near(fc.constant("no")),
  approval,
  approvalId: fc.constant("x"),
  toolInvocation: fc.record(
    { ...call, state, args, result: json, approval, step: fc.nat({ max: 2 }) },
    { requiredKeys: ["toolCallId", "toolName", "state"] },
  ),
  reasoning: fc.constantFrom("r", ""),
  details,
  source: near(fc.constant({ sourceType: "url", id: "s", url: "x" })),
  sourceId: fc.constant("s"),
  title: fc.constant("t"),
  providerOptions: options,
  providerMetadata: options,
  callProviderMetadata: options,
  metadata: json,
  createdAt: near(fc.constant(1)),
};
/** Parts by type, with the fields that belong to them; the last ones are nobody's. */
const needs: Readonly<Record<string, readonly string[]>> = {
  text: ["text"],
  image: ["image"],
  file: ["data", "url", "mediaType"],
  reasoning: ["text", "details"],
  "redacted-reasoning": ["data"],
  "tool-call": ["toolCallId", "toolName", "args", "input"],
  "tool-result": ["toolCallId", "toolName", "result", "output"],
  "tool-invocation": ["toolInvocation"],
  "tool-calculate": ["toolCallId", "state", "input", "output", "approval"],
  "dynamic-tool": ["toolCallId", "toolName", "state", "input", "output", "approval"],
  source: ["source"],
  "source-url": ["sourceId", "url"],
  "source-document": ["sourceId", "mediaType", "title"],
  "tool-approval-request": ["approvalId", "toolCallId"],
  "tool-approval-response": ["approvalId"],
  "data-x": ["data"],
  "step-start": [],
  custom: [],
  ["__proto__"]: [],
  constructor: [],
};
const pick = (names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, fields[name] ?? json])), SPARSE);
const kinds = Object.keys(needs);
/** Parts that each role has. */
const fits: Readonly<Record<string, readonly string[]>> = {
  system: ["text"],
  user: ["text", "image", "file", "data-x"],
  assistant: kinds.filter((type) => !["image", "custom", "__proto__", "constructor"].includes(type)),
  tool: ["tool-result"],
};
const typeFor = (role: string) =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...(fits[role] ?? kinds)), weight: 12 },
    { arbitrary: fc.constantFrom(...kinds), weight: 1 },
  );
const partFor = (role: string) =>
  typeFor(role).chain((type) => {
    const whole = fc.record(Object.fromEntries((needs[type] ?? []).map((name) => [name, fields[name] ?? json])));
    const some = fc.subarray(Object.keys(fields), { maxLength: 3 }).chain(pick);
    return fc
      .tuple(fc.oneof({ arbitrary: whole, weight: 9 }, { arbitrary: pick(needs[type] ?? []), weight: 1 }), some)
      .chain(([own, more]) => fc.constantFrom({ ...own, type }, { ...own, type }, { ...more, ...own, type }));
  });
const partsFor = (role: string) => fc.array(partFor(role), { minLength: 1, maxLength: 3 });
const whatFor = (role: string) =>
  fc.oneof(
    fc.constantFrom({ content: "hi" }, { content: "" }),
    partsFor(role).map((content) => ({ content })),
    partsFor(role).map((parts) => ({ parts })),
    fc
      .record(
        { format: fc.constant(2), parts: partsFor(role), content: json, toolInvocations: json, reasoning: json },
        { requiredKeys: ["format", "parts"] },
      )
      .map((content) => ({ content })),
  );
const more = fc.record(
  {
    id: fc.constantFrom("1", "2"),
    metadata: near(fc.constant({ a: 1 })),
    createdAt: near(fc.constant(0)),
    toolInvocations: json,
    annotations: json,
  },
  SPARSE,
);
const message = fc
  .record({
    role: fc.constantFrom("user", "assistant", "assistant", "system", "tool"),
    has: fc.nat({ max: 4 }),
    more,
  })
  .chain(({ role, has, more: beside }) => whatFor(role).map((what) => ({ role, ...what, ...(has === 0 && beside) })));

/** Messages near those that clients send: each field right, wrong or missing, and each part in any message. */
export function anyMessages() {
  return fc
    .tuple(fc.array(message, { minLength: 1, maxLength: 2 }), fc.boolean())
    .map(([messages, asks]) => [...messages, ...(asks ? [{ role: "user", content: "hi" }] : [])]);
}
