import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CronExpression } from "../../core/index.ts";
import { windowsThatMeet } from "./schedule.windows.ts";

type Windows = Parameters<typeof windowsThatMeet>[0];
const window = (start: string, end: string) => ({ start: CronExpression.parse(start), end: CronExpression.parse(end) });

describe("windows of a schedule", () => {
  it.each<{ why: string; windows: Windows }>([
    { why: "a working day", windows: { day: window("0 7 * * 1-5", "0 19 * * 1-5") } },
    { why: "a night that ends on the next day", windows: { night: window("0 22 * * *", "0 5 * * *") } },
    {
      why: "two of a day, five minutes apart",
      windows: { morning: window("0 7 * * *", "0 12 * * *"), afternoon: window("5 12 * * *", "0 19 * * *") },
    },
    { why: "a month's last days, once", windows: { close: window("0 7 25 * *", "0 19 28 * *") } },
    { why: "an end that also comes when none is open", windows: { day: window("0 7 * * 1-5", "0 19 * * *") } },
    { why: "none", windows: {} },
  ])("go together: $why", ({ windows }) => {
    expect(windowsThatMeet(windows)).toEqual([]);
  });

  it.each<{ why: string; windows: Windows; name: string; allowed: RegExp }>([
    {
      why: "one begins while another is open",
      windows: { day: window("0 7 * * 1-5", "0 19 * * 1-5"), lunch: window("0 11 * * 3", "0 13 * * 3") },
      name: "lunch",
      allowed:
        /no other window is open: day is since on 2028-01-05 at 07:00, and this one begins on 2028-01-05 at 11:00/,
    },
    {
      why: "one begins as another ends",
      windows: { morning: window("0 7 * * *", "0 12 * * *"), noon: window("0 12 * * *", "0 19 * * *") },
      name: "noon",
      allowed: /300 s between one edge and the next.*morning has one on 2028-01-01 at 12:00/,
    },
    {
      why: "one ends as it begins",
      windows: { nothing: window("0 7 * * *", "2 7 * * *") },
      name: "nothing",
      allowed: /300 s/,
    },
    {
      why: "one begins again before it ends",
      windows: { long: window("0 7 * * *", "0 8 * * 1") },
      name: "long",
      allowed: /it is since on 2028-01-01 at 07:00, and this one begins on 2028-01-02 at 07:00/,
    },
    {
      why: "one is open over the new year, and another begins in it",
      windows: { holidays: window("0 7 24 12 *", "0 7 6 1 *"), sales: window("0 7 2 1 *", "0 19 2 1 *") },
      name: "sales",
      allowed: /holidays is since on 2028-12-24 at 07:00, and this one begins on 2029-01-02 at 07:00/,
    },
    {
      why: "one begins every minute",
      windows: { busy: window("* * * * *", "30 * * * *") },
      name: "busy",
      allowed: /at most seven beginnings a day/,
    },
  ])("don't where $why", ({ windows, name, allowed }) => {
    expect(windowsThatMeet(windows)).toEqual([
      { name, allowed: expect.stringMatching(allowed), mend: expect.stringMatching(/./) },
    ]);
  });

  it("meet on a day exactly where their minutes do, in whichever order they are written", () => {
    const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
    const daily = (at: number) => CronExpression.parse(`${at % 60} ${Math.floor(at / 60)} * * *`);
    fc.assert(
      fc.property(fc.uniqueArray(minute, { minLength: 4, maxLength: 4 }), (minutes) => {
        const [a = 0, b = 0, c = 0, d = 0] = minutes.toSorted((one, other) => one - other);
        const near = [b - a, c - b, d - c, a + 24 * 60 - d].some((distance) => distance < 5);
        const [first, second] = [
          { start: daily(a), end: daily(b) },
          { start: daily(c), end: daily(d) },
        ];
        expect(windowsThatMeet({ first, second }).length > 0).toBe(near);
        expect(windowsThatMeet({ second, first }).length > 0).toBe(near);
        const crossed = { first: { start: daily(a), end: daily(c) }, second: { start: daily(b), end: daily(d) } };
        expect(windowsThatMeet(crossed)).not.toEqual([]);
      }),
    );
  });
});
