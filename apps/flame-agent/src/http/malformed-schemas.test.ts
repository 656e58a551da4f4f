import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "10000", FLAME_RATE_LIMIT_PER_MINUTE: "0" });
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

const REFUSED = [400, expect.stringContaining('"problems"')];
const told = (value: unknown) => ({ told: JSON.stringify(value).slice(0, 200), value });

const MALFORMED: readonly unknown[] = [
  ...[{ type: "bogus" }, { type: ["object", "zz"] }, { type: [] }, { type: 5 }, { enum: [] }, { enum: "a" }],
  ...[{ required: "a" }, { required: [1] }, { minimum: "a" }, { maxLength: -1 }, { multipleOf: 0 }, { title: 5 }],
  ...[{ allOf: "x" }, { oneOf: [] }, { anyOf: [3] }, { anyOf: {} }, { not: 3 }, { items: [1] }, { items: "x" }],
  ...[{ items: [] }, { prefixItems: 3 }, { properties: 5 }, { properties: { a: 5 } }, { additionalProperties: 5 }],
  ...[
    { $defs: [] },
    { $schema: 5 },
    { $schema: "http://127.0.0.1:9/x" },
    { $schema: "http://json-schema.org/draft-04/schema#" },
  ],
  ...[{ $ref: "#" }, { $ref: "#/nothing" }, { $ref: "#nothing" }, { $ref: "#/constructor" }, { $ref: 5 }],
  ...[{ $ref: "#/const", const: { type: "bogus" } }, { allOf: [{ $ref: "#" }] }, { not: { anyOf: [{ $ref: "#" }] } }],
  {
    $defs: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [index, { $ref: `#/$defs/${index + 1}` }])),
    properties: { a: { $ref: "#/$defs/0" } },
  },
  { $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } }, type: "object" },
  { type: "object", properties: { a: { type: "bogus" } } },
  ...[7, "a", true, []],
];

const WELL_FORMED: readonly unknown[] = [
  {},
  { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false },
  ...["draft-07/schema#", "draft/2020-12/schema"].map((draft) => ({
    $schema: `${draft.startsWith("draft-") ? "http" : "https"}://json-schema.org/${draft}`,
    type: "object",
    properties: { a: { type: ["string", "null"], description: "of a" } },
  })),
  { $defs: { b: { type: "string" } }, type: "object", properties: { a: { $ref: "#/$defs/b" } } },
  { type: "object", properties: { a: { type: "array", items: { $ref: "#" } } } },
  { type: "object", propertyNames: { type: "string" }, additionalProperties: { type: "number" } },
  { type: "string", not: { type: "number" } },
];

const WAYS: readonly { readonly way: string; readonly body: (schema: unknown) => object }[] = [
  { way: "structuredOutput", body: (schema) => ({ structuredOutput: { schema } }) },
  ...["inputSchema", "outputSchema", "parameters"].map((name) => ({
    way: `a client's tool, as ${name}`,
    body: (schema: unknown) => ({ clientTools: { x: { description: "x", [name]: schema } } }),
  })),
];

async function asked(route: string, options: object): Promise<readonly [number, string]> {
  const response = await agent.post(`/api/agents/flame/${route}`, { messages: "hi", ...options });
  if (!response.ok) return [response.status, await response.text()];
  await response.body?.cancel();
  return [response.status, ""];
}

/** Nothing fits one, nothing finite the other. */
const UNSATISFIABLE: readonly unknown[] = [
  { not: {} },
  {
    $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } }, required: ["next"] } },
    $ref: "#/$defs/node",
  },
];

it.each(UNSATISFIABLE.map(told))("an answer that doesn't fit is the model's failure: $told", async ({ value }) => {
  const [status, text] = await asked("generate", { structuredOutput: { schema: value } });
  expect([status, JSON.parse(text).error]).toEqual([502, expect.stringContaining("isn't as the schema")]);
  const response = await agent.post("/api/agents/flame/stream", {
    messages: "hi",
    structuredOutput: { schema: value },
  });
  expect(await response.text()).toContain("isn't as the schema");
});

describe.each(["generate", "stream"])("on %s", (route) => {
  describe.each(WAYS)("a schema of $way", ({ body }) => {
    it.each(MALFORMED.map(told))("is refused: $told", async ({ value }) => {
      expect(await asked(route, body(value))).toEqual(REFUSED);
    });

    it.each(WELL_FORMED.map(told))("is taken: $told", async ({ value }) => {
      expect(await asked(route, body(value))).toEqual([200, ""]);
    });
  });

  it.each(
    [
      ...[{ x: null }, { x: 5 }, { x: "y" }, { x: [] }, { x: { id: 5 } }, { x: { description: 5 } }, { "": {} }],
      ...[{ "bad name!": {} }, { x: { type: "provider-defined", id: "a.b" } }, { calculate: { parameters: 5 } }, [], 7],
    ].map(told),
  )("a client's tools are refused: $told", async ({ value }) => {
    expect(await asked(route, { clientTools: value })).toEqual(REFUSED);
  });

  it("a client's tool is taken without a schema", async () => {
    expect(await asked(route, { clientTools: { x: {}, y: { id: "y", inputSchema: null } } })).toEqual([200, ""]);
  });
});
