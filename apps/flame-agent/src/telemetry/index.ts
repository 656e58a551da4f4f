export { fetchWithTrace, traceIds, traceRequests } from "./propagation.ts";
export { inSpan, markFailed } from "./span.ts";
export { startTracing } from "./tracing.ts";
