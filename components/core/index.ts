export { BlueprintComponent, type Transform } from "./component.ts";
export { describeIssues } from "./errors/describe-issues.ts";
export { ConfigurationError, formatProblem, type Problem, printValue } from "./errors/problem.ts";
export { refuse } from "./errors/refusal.ts";
export { LABEL_PREFIX, labelsOf } from "./labels.ts";
export { platformName } from "./naming.ts";
export { sortedByName } from "./sorted.ts";
export * from "./units/index.ts";
export { versions } from "./versions.ts";
