import { STACK_TYPE } from "./graph.ts";

/** What identifies a resource. */
export interface Identity {
  readonly stack: string;
  readonly project: string;
  readonly type: string;
  readonly name: string;
  /** URN; empty means none. */
  readonly parent: string;
}

/** The URN as the engine makes it: the parents' types come first, without the stack's. */
export function urnOf({ stack, project, type, name, parent }: Identity): string {
  const parentType = parent === "" ? "" : qualifiedTypeOf(parent);
  const qualified = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** URN of a provider out of the reference `urn::id`; `undefined` for the default provider's empty one. */
export function providerUrn(reference: string): string | undefined {
  return reference === "" ? undefined : reference.slice(0, reference.lastIndexOf("::"));
}

function qualifiedTypeOf(urn: string): string {
  return urn.replace(/^urn:pulumi:[^:]*::[^:]*::/, "").replace(/::.*$/s, "");
}
