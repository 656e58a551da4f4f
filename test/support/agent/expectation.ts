import { isDeepStrictEqual } from "node:util";
import type { TurnExpectation } from "./scenario.ts";
import { eventsOf, textOf } from "./turn-event.ts";
import type { TurnReport } from "./turn-stream.ts";

/** Each expectation that the turn doesn't meet, as a sentence with what was given and what is allowed. */
export function unmetExpectations(report: TurnReport, expected: TurnExpectation = {}): readonly string[] {
  const { events } = report;
  const unmet: string[] = [];
  const must = (what: string, given: unknown, allowed: unknown) => {
    if (allowed !== undefined && !isDeepStrictEqual(given, allowed))
      unmet.push(`${what} is ${JSON.stringify(given)}; expected: ${JSON.stringify(allowed)}`);
  };
  const within = (what: string, given: number | undefined, most: number | undefined) => {
    if (most !== undefined && (given === undefined || given > most))
      unmet.push(
        `${what} comes after ${given === undefined ? "ever" : Math.round(given)} ms; expected: within ${most} ms`,
      );
  };

  must("its outcome", report.outcome, expected.outcome ?? "ended");
  must("its status", report.status, expected.status);
  must("its error", eventsOf(events, "error")[0]?.data.code, expected.error);
  const text = textOf(events);
  if (
    expected.text instanceof RegExp ? !expected.text.test(text) : expected.text !== undefined && expected.text !== text
  )
    unmet.push(`its text is "${text}"; expected: ${expected.text}`);
  const called = eventsOf(events, "tool").filter(({ data }) => data.state === "called");
  must(
    "its tools",
    called.map(({ data }) => data.name),
    expected.tools,
  );
  must(
    "its citations",
    eventsOf(events, "citation").map(({ data }) => data.document),
    expected.cites,
  );
  const steps = new Map(eventsOf(events, "step").map(({ data }) => [data.name, data.outcome]));
  for (const [name, outcome] of Object.entries(expected.steps ?? {}))
    must(`its step ${name}`, [...steps].find(([step]) => step === name)?.[1], outcome);
  const first = events.find(({ event }) => event === "text" || event === "tool");
  within("its first word", first?.atMilliseconds, expected.firstWithinMilliseconds);
  within("its end", report.milliseconds, expected.overWithinMilliseconds);
  return unmet;
}
