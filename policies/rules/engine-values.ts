import { Secret } from "@pulumi/policy";
import { childrenOf, UNKNOWN } from "./known.ts";

/** What the engine sends for an unknown string, number, boolean, list, asset, archive and object. */
const WIRE_UNKNOWNS: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Key under which the SDK's proxies give what they wrap. Touching an unknown through the proxy would throw. */
const PROXY_TARGET = "__getSpecialProxyTarget";

/** A resource's properties as the SDK gives them to a policy → plain data with `UNKNOWN`. */
export function plainProperties(properties: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(unwrapped(properties)).map(([name, value]) => [name, plain(value)]));
}

/** What the SDK's remediation call tells about secrets, and its other calls don't. */
export interface SecretMarks {
  readonly paths: ReadonlySet<string>;
  readonly texts: readonly string[];
}

/** Where secrets are in properties that the SDK gives to a remediation, and every text in them. */
export function secretMarks(properties: object): SecretMarks {
  const found = secretsIn(unwrapped(properties), "");
  return {
    paths: new Set(found.map(({ path }) => path)),
    texts: found.flatMap(({ secret }) => textsIn(plain(secret))),
  };
}

function secretsIn(value: unknown, path: string): { path: string; secret: unknown }[] {
  return childrenOf(value, path).flatMap(([childPath, child]) =>
    child instanceof Secret ? [{ path: childPath, secret: child.value }] : secretsIn(child, childPath),
  );
}

function plain(value: unknown): unknown {
  if (WIRE_UNKNOWNS.has(value)) return UNKNOWN;
  if (value instanceof Secret) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, plain(child)]));
}

function textsIn(value: unknown): string[] {
  return typeof value === "string" ? [value] : childrenOf(value, "").flatMap(([, child]) => textsIn(child));
}

/** Takes the SDK's proxies off; there are two in a remediation. */
function unwrapped(properties: object): object {
  const target: unknown = Reflect.get(properties, PROXY_TARGET);
  return typeof target === "object" && target !== null ? unwrapped(target) : properties;
}
