import { z } from "zod";
import { refuse } from "../errors/refusal.ts";

/** A number of bytes, parsed from text such as `512MiB`. */
export type Bytes = number & z.$brand<"Bytes">;

const BYTES_PER_UNIT = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;
const PATTERN = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|TiB)$/;

/** An amount of memory or storage as text with a binary unit: `512MiB`, `1.5GiB`. */
export const Bytes = z
  .string()
  .regex(PATTERN, "a number with a binary unit: B, KiB, MiB, GiB or TiB, such as 512MiB")
  .transform(parseBytes);

/** An amount with a smallest and, where it is given, a largest value, written as text too. */
export function bytesBetween(min: string, max?: string) {
  const range = max === undefined ? `at least ${min}` : `from ${min} to ${max}`;
  return Bytes.superRefine((bytes, context) => {
    if (bytes >= parseBytes(min) && (max === undefined || bytes <= parseBytes(max))) return;
    refuse(context, { path: [], allowed: range, mend: `write an amount ${max === undefined ? "of " : ""}${range}` });
  });
}

/** Whole mebibytes, rounded up: a limit must never be smaller than what was asked for. */
export function toMiB(bytes: Bytes): number {
  return Math.ceil(bytes / BYTES_PER_UNIT.MiB);
}

/** Whole kibibytes, rounded up. */
export function toKiB(bytes: Bytes): number {
  return Math.ceil(bytes / BYTES_PER_UNIT.KiB);
}

/** A number of bytes from whole mebibytes. */
export function mebibytes(count: number): Bytes {
  return brand(count * BYTES_PER_UNIT.MiB);
}

/** Bytes for a reader, in the largest unit that leaves no fraction: `1536MiB`, `2GiB`. */
export function formatBytes(bytes: Bytes): string {
  const units = ["TiB", "GiB", "MiB", "KiB"] as const;
  const unit = units.find((candidate) => bytes > 0 && bytes % BYTES_PER_UNIT[candidate] === 0) ?? "B";
  return `${bytes / BYTES_PER_UNIT[unit]}${unit}`;
}

function parseBytes(text: string): Bytes {
  const [, amount = "0", unit = "B"] = PATTERN.exec(text) ?? [];
  return brand(Math.ceil(Number(amount) * (isUnit(unit) ? BYTES_PER_UNIT[unit] : 1)));
}

function isUnit(text: string): text is keyof typeof BYTES_PER_UNIT {
  return text in BYTES_PER_UNIT;
}

function brand(count: number): Bytes {
  return Branded.parse(count);
}

const Branded = z.number().nonnegative().brand<"Bytes">();
