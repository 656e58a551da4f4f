import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CronExpression, timesOf, toNumericCron, toSystemdCalendar } from "./cron.ts";

const calendar = (text: string) => toSystemdCalendar(CronExpression.parse(text));

describe("a repeating time", () => {
  it.each([
    { text: "30 3 * * *", systemd: "*-*-* 3:30:00", why: "every day" },
    { text: "30 3 * * 0", systemd: "Sun *-*-* 3:30:00", why: "Sundays" },
    { text: "30 3 * * 7", systemd: "Sun *-*-* 3:30:00", why: "Sundays by their other number" },
    { text: "0 4 * * MON-FRI", systemd: "Mon,Tue,Wed,Thu,Fri *-*-* 4:0:00", why: "weekdays by name" },
    { text: "0 4 1 * *", systemd: "*-*-1 4:0:00", why: "the first of a month" },
    { text: "0 4 1 jan,jul *", systemd: "*-1,7-1 4:0:00", why: "months by name" },
    { text: "*/20 * * * *", systemd: "*-*-* *:0,20,40:00", why: "steps" },
    { text: "0 8-10 * * *", systemd: "*-*-* 8,9,10:0:00", why: "a range" },
  ])("is read from $text and written for systemd: $why", ({ text, systemd }) => {
    expect(calendar(text)).toBe(systemd);
  });

  it.each([
    { text: "30 3 * *", why: "four fields" },
    { text: "0 30 3 * * *", why: "six fields" },
    { text: "60 3 * * *", why: "a minute that doesn't exist" },
    { text: "30 24 * * *", why: "an hour that doesn't exist" },
    { text: "@daily", why: "a name" },
    { text: "H 3 * * *", why: "a random minute, which no plan may have" },
    { text: "0 3 L * *", why: "the last day, which systemd writes otherwise" },
    { text: "0 3 * * 5L", why: "the last Friday" },
    { text: "0 3 * * 1#2", why: "the second Monday" },
    { text: "0 3 ? * 1", why: "no value" },
    { text: "0 3 30 2 *", why: "a day that never comes" },
    { text: "a b c d e", why: "words" },
    { text: "", why: "nothing written" },
  ])("is refused as $text: $why", ({ text }) => {
    expect(CronExpression.safeParse(text).error?.issues).toMatchObject([
      { message: expect.stringContaining("five cron fields") },
    ]);
  });

  it("is refused where cron would mean either of two days, which systemd can't say", () => {
    expect(CronExpression.safeParse("0 3 1 * 1").error?.issues).toMatchObject([
      { message: expect.stringContaining("one of the two must be *") },
    ]);
  });

  it("names every hour and minute that it has, in order", () => {
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 5 });
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 5 });
    const ascending = (values: readonly number[]) => values.toSorted((one, other) => one - other).join(",");
    fc.assert(
      fc.property(minutes, hours, (minute, hour) => {
        expect(calendar(`${minute.join(",")} ${hour.join(",")} * * *`)).toBe(
          `*-*-* ${ascending(hour)}:${ascending(minute)}:00`,
        );
      }),
    );
  });
});

describe("a repeating time in numbers", () => {
  it.each([
    { text: "0 7 * * MON-FRI", numbers: "0 7 * * 1,2,3,4,5" },
    { text: "*/20 * * * 7", numbers: "0,20,40 * * * 0" },
    { text: "0 8-10 1 jan *", numbers: "0 8,9,10 1 1 *" },
    { text: "5 * * * 5-7", numbers: "5 * * * 0,5,6" },
  ])("is $numbers for $text", ({ text, numbers }) => {
    expect(toNumericCron(CronExpression.parse(text))).toBe(numbers);
  });
});

describe("the times of a year", () => {
  const times = (text: string, most = 10_000) => timesOf(CronExpression.parse(text), 2028, most);

  it.each([
    { text: "0 7 * * *", count: 366, why: "every day of a leap year" },
    { text: "0 7 29 2 *", count: 1, why: "its last day of February" },
    { text: "0 7 * * 7", count: 53, why: "Sundays by their other number" },
    { text: "0,30 7-9 * * MON", count: 52 * 6, why: "times of a day" },
  ])("are $count for $text: $why", ({ text, count }) => {
    expect(times(text)).toHaveLength(count);
  });

  it("are in order, and no more than asked for", () => {
    const all = times("*/30 5,3 * * *").map((at) => at.getTime());
    expect(all).toEqual(all.toSorted((one, other) => one - other));
    expect(times("* * * * *", 100)).toHaveLength(100);
    expect(times("15 6 1 3 *")).toEqual([new Date("2028-03-01T06:15:00Z")]);
  });
});
