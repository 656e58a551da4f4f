import { type Attributes, type Span, SpanStatusCode, trace } from "@opentelemetry/api";

/** Name of the tracer that all spans of this application come from. */
const TRACER = "flame-agent";

/**
 * Runs `run` inside a span that is a child of the current one, and ends it with the outcome. Of an error only its
 * class is recorded: its message may quote a user. Without an OTLP endpoint no span is made and this only calls `run`.
 */
export async function inSpan<Result>(
  name: string,
  attributes: Attributes,
  run: (span: Span) => Result | Promise<Result>,
): Promise<Result> {
  return trace.getTracer(TRACER).startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await run(span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks the span as failed, by the error's class alone. */
function markFailed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute("error.type", error instanceof Error ? error.name : typeof error);
}
