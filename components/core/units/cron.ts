import { CronExpressionParser } from "cron-parser";
import { z } from "zod";

/** A repeating time in five fields (minute, hour, day of month, month, day of week), as cron writes it. */
export interface CronExpression {
  readonly text: string;
}

/** A cron expression of five fields, in the host's local time. */
export const CronExpression = z
  .string()
  .refine(isCron, { error: "five cron fields (minute hour day month weekday), such as 30 3 * * 0", abort: true })
  .refine((text) => !namesTwoDays(text), {
    error: "a day of the month or a weekday, not both: one of the two must be *",
    abort: true,
  })
  .transform((text): CronExpression => ({ text }));

/** The same time in numbers, Sunday as 0 alone: Kubernetes takes no 7. */
export function toNumericCron(cron: CronExpression): string {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = CronExpressionParser.parse(cron.text).fields;
  const days = [...new Set(dayOfWeek.values.map((day) => Number(day) % 7))].toSorted();
  return [...[minute, hour, dayOfMonth, month].map(list), dayOfWeek.isWildcard ? "*" : days.join(",")].join(" ");
}

/** The times of a year at which it comes round, in order, at most `most` of them: as UTC, whatever its time zone. */
export function timesOf(cron: CronExpression, year: number, most: number): Date[] {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = CronExpressionParser.parse(cron.text).fields;
  const [minutes, hours] = [minute, hour].map((field) => field.values.map(Number));
  const [days, months] = [dayOfMonth, month].map((field) => new Set(field.values.map(Number)));
  const weekdays = new Set(dayOfWeek.values.map((day) => Number(day) % 7));
  const found: Date[] = [];
  for (let day = new Date(Date.UTC(year, 0, 1)); day.getUTCFullYear() === year; day = dayAfter(day)) {
    if (!days?.has(day.getUTCDate()) || !months?.has(day.getUTCMonth() + 1)) continue;
    if (!weekdays.has(day.getUTCDay())) continue;
    for (const at of hours ?? [])
      for (const past of minutes ?? []) {
        if (found.length === most) return found;
        found.push(new Date(day.getTime() + (at * 60 + past) * 60_000));
      }
  }
  return found;
}

function dayAfter(day: Date): Date {
  return new Date(day.getTime() + 24 * 3_600_000);
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** The same time as systemd writes it in `OnCalendar=`. */
export function toSystemdCalendar(cron: CronExpression): string {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = CronExpressionParser.parse(cron.text).fields;
  const days = [...new Set(dayOfWeek.values.map((day) => WEEKDAYS[Number(day) % 7]))];
  const weekdays = dayOfWeek.isWildcard ? "" : `${days.join(",")} `;
  const date = `*-${list(month)}-${list(dayOfMonth)}`;
  return `${weekdays}${date} ${list(hour)}:${list(minute)}:00`;
}

/** Cron then means either of the two, which one calendar expression of systemd can't say. */
function namesTwoDays(text: string): boolean {
  const { dayOfMonth, dayOfWeek } = CronExpressionParser.parse(text).fields;
  return !dayOfMonth.isWildcard && !dayOfWeek.isWildcard;
}

function list(field: { isWildcard: boolean; values: readonly unknown[] }): string {
  return field.isWildcard ? "*" : field.values.join(",");
}

/** What the parser knows beyond cron: last days, weekdays of a month, and random values (H) that no plan may have. */
const BEYOND_CRON =
  /[?#@~]|\b(?!(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b)[a-z]+|\d[a-z]/i;

function isCron(text: string): boolean {
  if (text.trim().split(/\s+/).length !== 5 || BEYOND_CRON.test(text)) return false;
  try {
    CronExpressionParser.parse(text);
    return true;
  } catch {
    return false;
  }
}
