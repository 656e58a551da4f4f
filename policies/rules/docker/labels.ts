import { z } from "zod";
import { type Finding, undecided } from "../finding.ts";
import { type Maybe, maybe, UNKNOWN } from "../known.ts";

export { LABEL } from "../blueprint-labels.ts";

/** Labels as the docker provider takes them. */
export const Labels = maybe(
  z.array(maybe(z.object({ label: maybe(z.string()), value: maybe(z.string()).nullish() }))),
).nullish();
export type Labels = z.output<typeof Labels>;

/** A label's value; `undefined` where it isn't there, `UNKNOWN` where that can't be told. */
export function labelValue(labels: Labels, name: string): Maybe<string> | undefined {
  if (labels === UNKNOWN) return UNKNOWN;
  const known = (labels ?? []).flatMap((item) => (item === UNKNOWN ? [] : [item]));
  const found = known.find(({ label }) => label === name);
  if (found) return found.value ?? "";
  const mayHide = known.length < (labels ?? []).length || known.some(({ label }) => label === UNKNOWN);
  return mayHide ? UNKNOWN : undefined;
}

/** Decides from a label's value, unless it can't be told. */
export function whenLabelKnown(
  labels: Labels,
  name: string,
  decide: (value: string | undefined) => readonly Finding[],
): readonly Finding[] {
  const value = labelValue(labels, name);
  return value === UNKNOWN ? [undecided(`labels ${name}`)] : decide(value);
}
