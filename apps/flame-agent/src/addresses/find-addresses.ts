import { isRecord } from "../http/is-record.ts";

/** An address in a message, where a file or an image belongs. */
export interface FoundAddress {
  /** Where it stands: `messages.0.content.1.image`. */
  readonly path: string;
  readonly address: string;
  /** Puts the content itself there in its place. */
  replaceBy(dataUrl: string): void;
}

/** Fields that hold a file in one of the message formats; what has a scheme there is an address. */
const FILE_FIELDS: ReadonlySet<string> = new Set(
  "audio data file file_data file_id file_url fileId href image image_url imageUrl src uri url video".split(" "),
);
/** Fields whose text is said, or names something. */
const TEXT_FIELDS: ReadonlySet<string> = new Set(
  "content delta filename id name reasoning role system text title toolCallId toolName type".split(" "),
);
/** Fields with data of a tool or a client, which may have any text: only parts with a file are looked at. */
const DATA_FIELDS: ReadonlySet<string> = new Set("annotations args input metadata output rawInput result".split(" "));
/** Parts that tell where something is from, or are for the client alone: they are neither fetched nor handed on. */
const DATA_PART = /^(source(-url|-document)?|data-.*)$/;
/** Parts with a file, as tools' results have them. */
const FILE_PART = /^(audio|custom|document|file|image|input_|media|video)/;
/** A file at the model's server, by its id: it may be anybody's. */
const FILE_ID = /^file-/;

type Mode = "message" | "data";
type Holder = Record<string | number, unknown>;

/** Every address in messages of any format that Mastra or the AI SDK takes, in their order. */
export function addressesIn(messages: unknown, path: string): readonly FoundAddress[] {
  const root: Holder = { [path]: messages };
  return visit(root, path, path, path, "message");
}

/** `field` is the name that the value stands under; an array's items have that of the array. */
function visit(holder: Holder, key: string | number, field: string, path: string, mode: Mode): readonly FoundAddress[] {
  const value = holder[key];
  if (typeof value === "string") {
    if (mode === "data" || !isAddress(field, value)) return [];
    const replaceBy = (dataUrl: string) => {
      holder[key] = dataUrl;
    };
    return [{ path, address: value, replaceBy }];
  }
  if (isArray(value)) return value.flatMap((_, index) => visit(value, index, field, `${path}.${index}`, mode));
  if (!isRecord(value)) return [];
  const inside = modeInside(value, mode);
  return Object.keys(value).flatMap((name) =>
    visit(value, name, name, `${path}.${name}`, DATA_FIELDS.has(name) ? "data" : inside),
  );
}

function modeInside({ type }: Record<string, unknown>, mode: Mode): Mode {
  if (typeof type !== "string") return mode;
  if (mode === "data") return FILE_PART.test(type) ? "message" : "data";
  return DATA_PART.test(type) ? "data" : "message";
}

/** Read as Mastra and `fetch` read it: with spaces before it and line breaks in it, say. */
function isAddress(field: string, value: string): boolean {
  if (TEXT_FIELDS.has(field)) return false;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!FILE_FIELDS.has(field)) return url !== undefined && (url.host !== "" || url.protocol === "file:");
  return url ? url.protocol !== "data:" : FILE_ID.test(value);
}

function isArray(value: unknown): value is unknown[] & Holder {
  return Array.isArray(value);
}
