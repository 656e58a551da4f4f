import { z } from "zod";

const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const PATTERN = /^(\d+)(s|m|h|d)$/;

/** A length of time as text with one unit, parsed into seconds: `90s`, `15m`, `24h`, `7d`. */
export const DurationSeconds = z
  .string()
  .regex(PATTERN, "a whole number with a unit: s, m, h or d, such as 15m")
  .transform(parseDuration);

/** Seconds for a reader, in the largest unit that leaves no fraction: `15m`. */
export function formatSeconds(seconds: number): string {
  const units = ["d", "h", "m"] as const;
  const unit = units.find((candidate) => seconds > 0 && seconds % SECONDS_PER_UNIT[candidate] === 0) ?? "s";
  return `${seconds / SECONDS_PER_UNIT[unit]}${unit}`;
}

function parseDuration(text: string): number {
  const [, amount = "0", unit = "s"] = PATTERN.exec(text) ?? [];
  return Number(amount) * (isUnit(unit) ? SECONDS_PER_UNIT[unit] : 1);
}

function isUnit(text: string): text is keyof typeof SECONDS_PER_UNIT {
  return text in SECONDS_PER_UNIT;
}
