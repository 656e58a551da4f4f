import { z } from "zod";
import { type Finding, undecided } from "../finding.ts";
import { type Maybe, maybe, UNKNOWN } from "../known.ts";

/** Labels as the docker provider takes them. */
export const Labels = maybe(
  z.array(maybe(z.object({ label: maybe(z.string()), value: maybe(z.string()).nullish() }))),
).nullish();
export type Labels = z.output<typeof Labels>;

/** Labels of the blueprint's components that rules read. */
export const LABEL = {
  environment: "blueprint.environment",
  component: "blueprint.component",
  version: "blueprint.version",
  /** `lan` or `public`: ports are meant to be reached from elsewhere. */
  exposure: "blueprint.exposure",
  /** Longest turn that the container serves, in seconds. */
  turnMaxSeconds: "blueprint.turn-max-seconds",
  /** Time between the end of the last turn and the end of the process, in seconds. */
  drainMarginSeconds: "blueprint.drain-margin-seconds",
  /** `persistent`: losing the volume loses data. */
  data: "blueprint.data",
} as const;

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
