import { isKnown, type Known, type Maybe, UNKNOWN, unknownPaths } from "./known.ts";

/** What a rule has to say about a resource. No finding means that it holds. */
export type Finding = Violation | Undecided;

/** A rule that doesn't hold, in the words of the message: "<found>; allowed: <allowed>; <mend>". */
export interface Violation {
  readonly kind: "violation";
  /** What the resource has, such as `privileged is true`. Never a value that could be secret. */
  readonly found: string;
  readonly allowed: string;
  /** What to do, as an order. */
  readonly mend: string;
  /** The resource, where a stack's rule looks at many; `undefined` means the one looked at. */
  readonly urn?: string;
}

/** A rule that can't tell, because of a property. */
export interface Undecided {
  readonly kind: "undecided";
  readonly property: string;
  /** Why, as the rest of a sentence that begins with the property. */
  readonly reason: string;
  /** What to do, as an order. Default: give the property a value that the program knows. */
  readonly mend?: string;
  readonly urn?: string;
}

/** A rule doesn't hold. */
export function violation(words: Omit<Violation, "kind">): Violation {
  return { kind: "violation", ...words };
}

/** A rule can't tell, because a property is unknown. */
export function undecided(property: string): Undecided {
  return { kind: "undecided", property, reason: "is unknown until deployment" };
}

/** Decides from properties once all of them are known; otherwise names those that aren't. */
export function whenKnown<const Values extends object>(
  values: Values,
  decide: (known: Known<Values>) => readonly Finding[],
): readonly Finding[] {
  return isKnown<Values>(values) ? decide(values) : unknownPaths(values).map(undecided);
}

/** Decides item by item, so that one unknown item doesn't hide the others. An absent list has no items. */
export function forEachKnown<Item>(
  property: string,
  list: Maybe<readonly Maybe<Item>[]> | null | undefined,
  decide: (item: Known<Item>, index: number) => readonly Finding[],
): readonly Finding[] {
  if (list === UNKNOWN) return [undecided(property)];
  return (list ?? []).flatMap((item, index) =>
    isKnown<Item>(item) ? decide(item, index) : unknownPaths(item, `${property}[${index}]`).map(undecided),
  );
}
