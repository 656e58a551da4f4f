export { type RuleName, rules } from "./all.ts";
export { ACCEPTED_UNKNOWN, COULD_NOT_RUN } from "./message.ts";
export { packArguments } from "./pack.ts";
