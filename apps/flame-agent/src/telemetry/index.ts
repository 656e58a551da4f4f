export { fetchWithTrace, traceIds, traceRequests } from "./propagation.ts";
export { inSpan } from "./span.ts";
export { startTracing } from "./tracing.ts";
