import { type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REDACTED, redactedAttributes, redacting } from "./redaction.ts";

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

describe("an exporter that redacts", () => {
  it("passes spans on without their words: in attributes, events and status", async () => {
    const kept: ReadableSpan[] = [];
    let ended = 0;
    const provider = new TracerProvider({
      spanProcessors: [
        new SimpleSpanProcessor({
          exporter: redacting({
            export(spans, done) {
              kept.push(...spans);
              done({ code: 0 });
            },
            async shutdown() {
              ended += 1;
            },
          }),
        }),
      ],
    });
    const span = provider.getTracer("test").startSpan("work", { attributes: { note: "planted words", count: 2 } });
    span.addEvent("said", { words: "planted words" });
    span.addEvent("nothing");
    span.setStatus({ code: 2, message: "planted words" });
    span.end();
    await provider.forceFlush();
    await provider.shutdown();
    const [sent] = kept;
    expect(sent?.name).toBe("work");
    expect(sent?.attributes).toEqual({ note: REDACTED, count: 2 });
    expect(sent?.status).toEqual({ code: 2 });
    expect(sent?.events.map(({ attributes }) => attributes)).toEqual([{ words: REDACTED }, {}]);
    expect(sent?.spanContext().traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(ended).toBe(1);
  });
});
