import type { RuleName } from "../../../policies/rules/index.ts";
import type { Resource } from "../../../policies/rules/rule.ts";
import type { Kind } from "../../support/policy-fixtures.ts";

/** One way to break a rule. Words that the message must say: what was found, what is allowed, how to mend it. */
export interface Break {
  readonly rule: RuleName;
  readonly kind?: Kind;
  readonly change: Readonly<Record<string, unknown>>;
  readonly options?: Partial<Resource>;
  /** What is in the stack beside it; what belongs there, where it is left out. */
  readonly beside?: readonly Resource[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly found: RegExp;
  readonly allowed: RegExp;
  readonly mend: RegExp;
}

/** An unknown that a rule can't decide without; the message must name the property. */
export interface Unknown {
  readonly rule: RuleName;
  readonly kind?: Kind;
  readonly change: Readonly<Record<string, unknown>>;
  readonly options?: Partial<Resource>;
  /** What is in the stack beside it; what belongs there, where it is left out. */
  readonly beside?: readonly Resource[];
  readonly property: string;
}
