import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";

/** Names of attributes that hold a user's words or a credential when their value is a text. */
const PRIVATE_NAME =
  /prompt|message|content|input\b|output\b|question|answer|query|body|header|authorization|cookie|secret|password|api.?key|token$|url\.(full|query)|exception\.(message|stacktrace)/i;
/** Longest text that is told: ids, names and routes are shorter, sentences are not. */
const TEXT_LENGTH_MAX = 128;

/** Stands where something was left out, so that its absence isn't taken for "there was none". */
export const REDACTED = "[redacted]";

/**
 * Attributes without anything that a user may have written: by name, and every text that is long or has a space, as
 * prose has and names and ids have not.
 */
export function redactedAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, isPrivate(name, value) ? REDACTED : value]),
  );
}

/** The same exporter, but what it gets is redacted: also what a library recorded. */
export function redacting(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(redactedSpan), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

function redactedSpan(span: ReadableSpan): ReadableSpan {
  // The span's own methods and getters stay reachable through its prototype; only what may be private is replaced.
  return Object.create(span, {
    attributes: { value: redactedAttributes(span.attributes) },
    status: { value: { code: span.status.code } },
    events: {
      value: span.events.map((event) => ({ ...event, attributes: redactedAttributes(event.attributes ?? {}) })),
    },
  });
}

function isPrivate(name: string, value: AttributeValue | undefined): boolean {
  const texts = [value].flat().filter((one) => typeof one === "string");
  return texts.length > 0 && (PRIVATE_NAME.test(name) || texts.some(isProse));
}

function isProse(text: string): boolean {
  return text.length > TEXT_LENGTH_MAX || /\s/.test(text);
}
