export { fetchWithTrace, traceIds } from "./propagation.ts";
export { inSpan } from "./span.ts";
export { startTracing } from "./tracing.ts";
