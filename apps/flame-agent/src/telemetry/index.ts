export { inSpan, markFailed } from "./span.ts";
