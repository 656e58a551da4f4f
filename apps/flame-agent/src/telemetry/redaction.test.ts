import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REDACTED, redactedAttributes } from "./redaction.ts";

describe("what a trace tells", () => {
  it.each([
    { name: "http.route", value: "/api/agents/:agentId/stream" },
    { name: "flame.tenant", value: "acme" },
    { name: "gen_ai.request.model", value: "gpt-5-mini" },
    { name: "gen_ai.usage.input_tokens", value: 12 },
    { name: "flame.cache.hit", value: true },
    { name: "error.type", value: "ModelTooSlow" },
  ])("keeps $name", ({ name, value }) => {
    expect(redactedAttributes({ [name]: value })).toEqual({ [name]: value });
  });

  it.each([
    { name: "gen_ai.prompt", value: "hello" },
    { name: "gen_ai.input.messages", value: "hello" },
    { name: "http.request.header.authorization", value: "x" },
    { name: "url.full", value: "http://h/?q=planted" },
    { name: "exception.message", value: "planted" },
    { name: "db.statement", value: "select 'planted'" },
    { name: "anything", value: "planted words" },
    { name: "anything", value: "x".repeat(129) },
    { name: "list", value: ["short", "planted words"] },
    { name: "api_key", value: "sk-1" },
  ])("leaves out $name: $value", ({ name, value }) => {
    expect(redactedAttributes({ [name]: value })).toEqual({ [name]: REDACTED });
  });

  it("never tells a sentence, under whatever name", () => {
    const sentence = fc
      .array(fc.stringMatching(/^\w+$/), { minLength: 2, maxLength: 9 })
      .map((words) => words.join(" "));
    fc.assert(
      fc.property(fc.string(), sentence, (name, value) => {
        expect(Object.values(redactedAttributes({ [name]: value }))).not.toContain(value);
      }),
    );
  });
});
