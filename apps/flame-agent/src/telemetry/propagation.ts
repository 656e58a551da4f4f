import { context, isSpanContextValid, propagation, trace } from "@opentelemetry/api";

/** `fetch` that hands the current trace on, so that a model server's spans join it. */
export const fetchWithTrace: typeof fetch = (target, init) => {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  const headers = new Headers(init?.headers ?? (target instanceof Request ? target.headers : undefined));
  for (const [name, value] of Object.entries(carrier)) headers.set(name, value);
  return fetch(target, { ...init, headers });
};

/** The current trace, for a log line; nothing outside of one. */
export function traceIds(): { readonly trace?: string; readonly span?: string } {
  const current = trace.getActiveSpan()?.spanContext();
  return current && isSpanContextValid(current) ? { trace: current.traceId, span: current.spanId } : {};
}
