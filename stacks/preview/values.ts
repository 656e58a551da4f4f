import { z } from "zod";

/** Stands where a value is known only after deployment. JSON and `inspect` show `{ marker: "unknown" }`. */
export class UnknownValue {
  readonly marker = "unknown";
}

/** Stands where the program marked a value as secret. JSON and `inspect` show `{ marker: "secret" }`, never the value. */
export class SecretValue {
  readonly marker = "secret";
  readonly #content: PropertyValue;

  constructor(content: PropertyValue) {
    this.#content = content;
  }

  /** The hidden value, possibly itself unknown. For engines and redaction only: never print what this returns. */
  reveal(): PropertyValue {
    return this.#content;
  }
}

/** What a resource's property may hold: JSON with markers. */
export type PropertyValue = null | boolean | number | string | UnknownValue | SecretValue | PropertyList | PropertyMap;
type PropertyList = readonly PropertyValue[];
export interface PropertyMap {
  readonly [name: string]: PropertyValue;
}

/** Every unknown is this one. */
export const UNKNOWN: UnknownValue = Object.freeze(new UnknownValue());

/** Key that gives a special object away on the wire (`specialSigKey` of the SDK). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e";
/** What the engine and the SDK send for an unknown string, and the SDK for any unknown (`unknownValue`). */
const WIRE_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const WireReference = z.object({ urn: z.string(), id: z.unknown().optional() });

/** Values as the SDK sends them → JSON with markers. A reference to a resource becomes its id, or its URN where there is none. */
export function fromWire(value: unknown): PropertyValue {
  if (value === WIRE_UNKNOWN) return UNKNOWN;
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
    return value;
  }
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== "object") return null;
  const special = Reflect.get(value, SIGNATURE);
  if (special === SECRET_SIGNATURE) return new SecretValue(fromWire(Reflect.get(value, "value")));
  if (special === RESOURCE_SIGNATURE) {
    const reference = WireReference.parse(value);
    return typeof reference.id === "string" && reference.id !== "" ? fromWire(reference.id) : reference.urn;
  }
  return mapFromWire(value);
}

/** The properties of one resource as the SDK sends them → JSON with markers. No message means no properties. */
export function propertiesOf(message: { toJavaScript(): object } | undefined): PropertyMap {
  return message ? mapFromWire(message.toJavaScript()) : {};
}

/** Properties on the wire, or in a stored state, which writes secrets in the same way → JSON with markers. */
export function mapFromWire(properties: object): PropertyMap {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, fromWire(value)]));
}

/** A value on the wire: what `protobuf.Struct` takes. */
export type WireValue = null | boolean | number | string | WireValue[] | { [name: string]: WireValue };

/** JSON with markers → what the engine sends to an SDK or a policy: unknowns as its sentinel, secrets wrapped with their value. */
export function toWire(value: PropertyValue): WireValue {
  if (value instanceof UnknownValue) return WIRE_UNKNOWN;
  if (value instanceof SecretValue) return { [SIGNATURE]: SECRET_SIGNATURE, value: toWire(value.reveal()) };
  if (isList(value)) return value.map(toWire);
  if (isMap(value)) return mapToWire(value);
  return value;
}

/** The properties of one resource → what the engine sends. */
export function mapToWire(properties: PropertyMap): { [name: string]: WireValue } {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, toWire(value)]));
}

/** Plain data of a caller (which may hold markers) → property value; `undefined` and functions are left out. */
export function fromPlain(value: unknown): PropertyValue {
  if (value instanceof UnknownValue || value instanceof SecretValue) return value;
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
    return value;
  }
  if (Array.isArray(value)) return value.map(fromPlain);
  return typeof value === "object" ? mapFromPlain(value) : null;
}

/** Plain data of a caller → properties; entries without a value are left out. */
export function mapFromPlain(properties: object): PropertyMap {
  const present = Object.entries(properties).filter(([, value]) => value !== undefined && typeof value !== "function");
  return Object.fromEntries(present.map(([name, value]) => [name, fromPlain(value)]));
}

/** Every text hidden in the secrets of a value. */
export function secretTexts(value: PropertyValue): string[] {
  return value instanceof SecretValue ? texts(value.reveal()) : childrenOf(value).flatMap(secretTexts);
}

/** Whether a value holds a secret anywhere. */
export function holdsSecret(value: PropertyValue): boolean {
  return value instanceof SecretValue || childrenOf(value).some(holdsSecret);
}

function texts(value: PropertyValue): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return value instanceof SecretValue ? texts(value.reveal()) : childrenOf(value).flatMap(texts);
}

function childrenOf(value: PropertyValue): readonly PropertyValue[] {
  if (isList(value)) return value;
  return isMap(value) ? Object.values(value) : [];
}

function isList(value: PropertyValue): value is PropertyList {
  return Array.isArray(value);
}

function isMap(value: PropertyValue): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !isList(value) &&
    !(value instanceof UnknownValue) &&
    !(value instanceof SecretValue)
  );
}
