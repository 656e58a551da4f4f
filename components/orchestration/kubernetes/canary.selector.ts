import { z } from "zod";

/** A sample of a metric, as a metrics endpoint tells it. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Which samples of a metric are meant, in the words of Prometheus: `flame_turns_total{outcome="failed"}`. */
export interface MetricSelector {
  readonly name: string;
  readonly matches: (labels: MetricSample["labels"]) => boolean;
}

const WHOLE = /^\s*(?<name>[a-zA-Z_:][\w:]*)\s*(?:\{(?<matchers>.*)\}\s*)?$/s;
const MATCHER = /\s*(?<label>[a-zA-Z_]\w*)\s*(?<operator>=~|!~|!=|=)\s*"(?<value>(?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

/** Reads a selector; `undefined` where it isn't one. */
export function readSelector(text: string): MetricSelector | undefined {
  const { name, matchers = "" } = WHOLE.exec(text)?.groups ?? {};
  if (name === undefined) return undefined;
  const tests: ((labels: MetricSample["labels"]) => boolean)[] = [];
  const next = new RegExp(MATCHER);
  while (next.lastIndex < matchers.trimEnd().length) {
    const test = readMatcher(next.exec(matchers)?.groups);
    if (!test) return undefined;
    tests.push(test);
  }
  return { name, matches: (labels) => tests.every((test) => test(labels)) };
}

function readMatcher({ label, operator, value = "" }: Record<string, string | undefined> = {}) {
  if (label === undefined) return undefined;
  const text = value.replace(/\\(.)/g, "$1");
  // A label that a sample doesn't have is an empty one.
  const own = (labels: MetricSample["labels"]) => labels[label] ?? "";
  if (operator === "=") return (labels: MetricSample["labels"]) => own(labels) === text;
  if (operator === "!=") return (labels: MetricSample["labels"]) => own(labels) !== text;
  const pattern = readPattern(text);
  return pattern && ((labels: MetricSample["labels"]) => pattern.test(own(labels)) === (operator === "=~"));
}

function readPattern(text: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    return undefined;
  }
}

/** A selector as a setting. */
export const Selector = z
  .string()
  .max(500)
  .refine(
    (text) => readSelector(text) !== undefined,
    'a metric\'s name, with or without labels: flame_turns_total{outcome=~"failed|timed-out"}',
  );
