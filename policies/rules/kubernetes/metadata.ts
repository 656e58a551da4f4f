import { z } from "zod";
import { type Finding, undecided } from "../finding.ts";
import { type Maybe, maybe, UNKNOWN } from "../known.ts";

/** Labels or annotations. */
export const StringMap = maybe(z.record(z.string(), maybe(z.string()))).nullish();
export type StringMap = z.output<typeof StringMap>;

/** Name, namespace and labels of an object. */
export const Metadata = maybe(
  z.object({ name: maybe(z.string()).nullish(), namespace: maybe(z.string()).nullish(), labels: StringMap }),
).nullish();
export type Metadata = z.output<typeof Metadata>;

/** Which pods a budget or a policy is about. */
export const Selector = maybe(
  z.object({ matchLabels: StringMap, matchExpressions: maybe(z.array(maybe(z.looseObject({})))).nullish() }),
).nullish();
export type Selector = z.output<typeof Selector>;

/** Decides from a label's value, unless it can't be told. */
export function whenValueKnown(
  labels: Maybe<StringMap>,
  name: string,
  path: string,
  decide: (value: string | undefined) => readonly Finding[],
): readonly Finding[] {
  const value = labels === UNKNOWN ? UNKNOWN : labels?.[name];
  return value === UNKNOWN ? [undecided(`${path} ${name}`)] : decide(value);
}

/** Whether two objects are in one namespace; one that isn't named is the provider's. */
export function sameNamespace(one: Metadata, other: Metadata): Maybe<boolean> {
  if (one === UNKNOWN || other === UNKNOWN) return UNKNOWN;
  if (one?.namespace === UNKNOWN || other?.namespace === UNKNOWN) return UNKNOWN;
  return (one?.namespace ?? "") === (other?.namespace ?? "");
}

/** Whether a selector picks pods of these labels. What it says beside labels is taken to be more of the same. */
export function selects(selector: Selector, labels: Maybe<StringMap>): Maybe<boolean> {
  if (selector === UNKNOWN || labels === UNKNOWN) return UNKNOWN;
  const { matchLabels, matchExpressions } = selector ?? {};
  if (matchLabels === UNKNOWN || matchExpressions === UNKNOWN) return UNKNOWN;
  if ((matchExpressions ?? []).length > 0) return UNKNOWN;
  const answers = Object.entries(matchLabels ?? {}).map(([name, value]) => {
    const own = labels?.[name];
    return value === UNKNOWN || own === UNKNOWN ? UNKNOWN : own === value;
  });
  if (answers.includes(false)) return false;
  return answers.includes(UNKNOWN) ? UNKNOWN : true;
}
