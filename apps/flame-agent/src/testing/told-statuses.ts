import { isRecord } from "../http/is-record.ts";
import { openApi } from "../http/openapi.ts";

const PATHS = Object.entries(openApi("/metrics").paths).map(([path, operations]) => ({
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`),
  operations,
}));

/** The statuses that the OpenAPI document says of a request's route; undefined where it is none of those. */
export function statusesOf(method: string, target: string): ReadonlySet<string> | undefined {
  const { pathname } = new URL(target, "http://agent");
  const operation = PATHS.find(({ pattern }) => pattern.test(pathname))?.operations[method.toLowerCase()];
  return isRecord(operation) && isRecord(operation.responses) ? new Set(Object.keys(operation.responses)) : undefined;
}
