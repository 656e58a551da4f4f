import { z } from "zod";
import { ToolRefusal } from "./tool-refusal.ts";

const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/, {
    error: (issue) =>
      `"${issue.input}" is refused; allowed: an ISO 8601 date (2026-11-21) or instant (2026-11-21T09:30:00Z)`,
  })
  .describe("ISO 8601 date (UTC midnight) or instant; without an offset it is UTC");
const timezone = z.string().min(1).describe("IANA time zone, such as Europe/Paris or UTC");

/** What can be asked about dates. */
export const DateQuestion = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("now"), timezone }),
  z.strictObject({ kind: z.literal("weekday"), date: instant }),
  z.strictObject({ kind: z.literal("between"), from: instant, to: instant }),
  z.strictObject({
    kind: z.literal("add"),
    to: instant,
    amount: z.int().min(-1_000_000).max(1_000_000).describe("how many; negative goes back"),
    unit: z.enum(["years", "months", "weeks", "days", "hours", "minutes"]),
  }),
  z.strictObject({ kind: z.literal("convert"), instant, timezone }),
]);
export type DateQuestion = z.output<typeof DateQuestion>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Answers in one sentence. `now` is the instant of asking, in milliseconds since 1970. */
export function answerDate(question: DateQuestion, now: number): string {
  switch (question.kind) {
    case "now":
      return `It is ${inZone(new Date(now), question.timezone)}.`;
    case "weekday":
      return `${question.date} is a ${weekday(parse(question.date))}.`;
    case "between":
      return `From ${question.from} to ${question.to} it is ${span(parse(question.to).getTime() - parse(question.from).getTime())}.`;
    case "add": {
      const end = add(parse(question.to), question.amount, question.unit);
      const shown =
        question.to.includes("T") || end.getTime() % DAY !== 0
          ? end.toISOString().replace(".000Z", "Z")
          : end.toISOString().slice(0, 10);
      return `${shown}, a ${weekday(end)}.`;
    }
    case "convert":
      return `${question.instant} is ${inZone(parse(question.instant), question.timezone)}.`;
  }
}

function parse(text: string): Date {
  const withZone = /(?:Z|[+-]\d{2}:\d{2})$/.test(text) || !text.includes("T") ? text : `${text}Z`;
  const date = new Date(withZone);
  const sameDay =
    Number.isFinite(date.getTime()) &&
    new Date(`${text.slice(0, 10)}T00:00Z`).toISOString().startsWith(text.slice(0, 10));
  if (!sameDay) throw new ToolRefusal(`"${text}" is no date of the calendar`);
  return date;
}

/** Months and years keep the day where the month has it, and end on the month's last day where it hasn't. */
function add(date: Date, amount: number, unit: Extract<DateQuestion, { kind: "add" }>["unit"]): Date {
  const milliseconds = { weeks: 7 * DAY, days: DAY, hours: HOUR, minutes: MINUTE };
  if (unit !== "months" && unit !== "years") return valid(new Date(date.getTime() + amount * milliseconds[unit]));
  const moved = valid(new Date(date));
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + amount * (unit === "years" ? 12 : 1));
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(date.getUTCDate(), lastDay));
  return valid(moved);
}

function valid(date: Date): Date {
  if (!Number.isFinite(date.getTime())) throw new ToolRefusal("The date is beyond the calendar's range");
  return date;
}

function weekday(date: Date): string {
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: "UTC" }).format(date);
}

function inZone(date: Date, timeZone: string): string {
  try {
    const format = {
      weekday: "long",
      year: "numeric",
      month: "long",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      timeZone,
    } as const;
    return `${new Intl.DateTimeFormat("en-GB", format).format(date)} in ${timeZone}`;
  } catch {
    throw new ToolRefusal(`"${timeZone}" is no time zone; allowed: an IANA name such as Europe/Paris`);
  }
}

function span(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const parts = [
    [Math.floor(size / DAY), "day"],
    [Math.floor((size % DAY) / HOUR), "hour"],
    [Math.floor((size % HOUR) / MINUTE), "minute"],
  ] as const;
  const words = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return `${milliseconds < 0 ? "minus " : ""}${words.length > 0 ? words.join(" ") : "no time"}`;
}
