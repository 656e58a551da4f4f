export { type Failure, failureOf } from "./failure.ts";
export { tellFailures } from "./tell-failures.ts";
export { LimitPassed, ToldError } from "./told-error.ts";
