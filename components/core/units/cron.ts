import { CronExpressionParser } from "cron-parser";
import { z } from "zod";

/** A repeating time in five fields (minute, hour, day of month, month, day of week), as cron writes it. */
export interface CronExpression {
  readonly text: string;
}

/** A cron expression of five fields, in the host's local time. */
export const CronExpression = z
  .string()
  .refine(isCron, { error: "five cron fields (minute hour day month weekday), such as 30 3 * * 0" })
  .transform((text): CronExpression => ({ text }));

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/**
 * The same time as systemd writes it in `OnCalendar=`.
 * Throws where cron means "either of two days", which one calendar expression can't say.
 */
export function toSystemdCalendar(cron: CronExpression): string {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = CronExpressionParser.parse(cron.text).fields;
  if (!dayOfMonth.isWildcard && !dayOfWeek.isWildcard) {
    throw new RangeError(`"${cron.text}" names a day of the month and a weekday; systemd needs one of them to be *`);
  }
  const days = [...new Set(dayOfWeek.values.map((day) => WEEKDAYS[Number(day) % 7]))];
  const weekdays = dayOfWeek.isWildcard ? "" : `${days.join(",")} `;
  const date = `*-${list(month)}-${list(dayOfMonth)}`;
  return `${weekdays}${date} ${list(hour)}:${list(minute)}:00`;
}

function list(field: { isWildcard: boolean; values: readonly unknown[] }): string {
  return field.isWildcard ? "*" : field.values.join(",");
}

function isCron(text: string): boolean {
  if (text.trim().split(/\s+/).length !== 5) return false;
  try {
    CronExpressionParser.parse(text);
    return true;
  } catch {
    return false;
  }
}
