import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { MiddlewareHandler } from "hono";
import type { AgentEnv } from "./env.ts";

/**
 * Makes each request a span that goes on with the caller's trace (W3C `traceparent`) and lasts until the last byte of
 * the response. Its name and attributes are the ones that `describe` gives when the response is over.
 */
export function traceRequests(
  describe: (request: Parameters<MiddlewareHandler<AgentEnv>>[0]) => { readonly route: string },
): MiddlewareHandler<AgentEnv> {
  const tracer = trace.getTracer("flame-agent");
  return (request, next) => {
    const parent = propagation.extract(ROOT_CONTEXT, request.req.header());
    const { method } = request.req;
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, parent);
    if (!span.isRecording()) return context.with(trace.setSpan(parent, span), next);

    const { outgoing } = request.env;
    outgoing.once("close", () => {
      const { route } = describe(request);
      span.updateName(`${method} ${route}`);
      span.setAttributes({
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": outgoing.statusCode,
        "flame.tenant": request.get("tenant"),
      });
      if (outgoing.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    return context.with(trace.setSpan(parent, span), next);
  };
}
