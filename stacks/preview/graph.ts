import type { PropertyMap, PropertyValue } from "./values.ts";

/** Everything a program declared, in an order that doesn't depend on timing. */
export interface StackGraph {
  readonly project: string;
  readonly stack: string;
  /** The stack first, then depth first; siblings by name, then type. */
  readonly resources: readonly ResourceNode[];
  readonly outputs: PropertyMap;
  /** What the program logged: errors, then warnings, then information, each by text. */
  readonly messages: readonly Message[];
}

/** One log line of the program, secrets blotted out. */
export interface Message {
  readonly severity: "error" | "warning" | "info";
  readonly text: string;
  /** URN of the resource it is about; `undefined` means the whole stack. */
  readonly urn: string | undefined;
}

/** One resource with all its options. Lists of URNs are sorted. */
export interface ResourceNode {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** A provider makes it (otherwise a component). */
  readonly custom: boolean;
  /** Read, not managed: a stack reference or an existing resource looked up. */
  readonly external: boolean;
  /** Given by the provider: known for external resources and in mode `update`. */
  readonly id: string | undefined;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
  /** URN; `undefined` only for the stack. */
  readonly parent: string | undefined;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** URN of an explicit provider; `undefined` means the default one. */
  readonly provider: string | undefined;
  readonly protect: boolean;
  /** URNs this resource had before. */
  readonly aliases: readonly string[];
  /** `undefined` leaves it to the provider. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly ignoreChanges: readonly string[];
  readonly retainOnDelete: boolean;
  readonly replaceOnChanges: readonly string[];
  /** URNs of the resources with which it is replaced. */
  readonly replaceWith: readonly string[];
  /** A value whose change replaces the resource; `undefined`: there is none. */
  readonly replacementTrigger: PropertyValue | undefined;
  /** Durations such as `"5m"`; an absent one is the provider's default. */
  readonly customTimeouts: CustomTimeouts;
  readonly additionalSecretOutputs: readonly string[];
}

export interface CustomTimeouts {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
}

/** Type of the root of every graph. */
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** Orders resources as a tree: parents before children, siblings by name, then type. */
export function inTreeOrder(resources: Iterable<ResourceNode>): ResourceNode[] {
  const childrenOf = Map.groupBy(resources, ({ parent }) => parent);
  const below = (parent: string | undefined): ResourceNode[] =>
    (childrenOf.get(parent) ?? [])
      .toSorted((one, other) => byText(one.name, other.name) || byText(one.type, other.type))
      .flatMap((node) => [node, ...below(node.urn)]);
  return below(undefined);
}

/** Orders texts by code unit, so that no locale has a say. */
export function byText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
