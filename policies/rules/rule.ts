import { z } from "zod";
import type { Finding, Undecided } from "./finding.ts";

/** A resource as a policy engine hands it over, unknown values marked. */
export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Inputs; in a stack's rule outputs. Values are JSON, with `UNKNOWN` where they come with the deployment. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  /**
   * Paths of properties that the program marked as secret; the values themselves are in clear.
   * `undefined` means that the engine didn't say.
   */
  readonly secretPaths: ReadonlySet<string> | undefined;
  /** Types of the resources that each property is computed from. Only a stack's rule knows; else empty. */
  readonly sourceTypes: Readonly<Record<string, readonly string[]>>;
}

/** How much a broken rule weighs. `mandatory` stops the deployment. */
export type Level = "mandatory" | "advisory" | "disabled";

/** One type of resources or several; `undefined` means all. */
type Types = string | readonly string[] | undefined;

/** Whether a rule looks at resources of a type. */
export function looksAt({ type: types }: Pick<Rule, "type">, type: string): boolean {
  return types === undefined || types === type || (Array.isArray(types) && types.includes(type));
}

/** One property of the infrastructure that must hold, ready to be run. */
export interface Rule<Name extends string = string> {
  readonly name: Name;
  /** What must hold and why, in one sentence. */
  readonly description: string;
  /** What a user may set about the rule, with defaults. */
  readonly settings: z.ZodObject;
  /** Unknown properties that don't fail the gate, by path, each with its reason. */
  readonly acceptedUnknowns: Readonly<Record<string, string>>;
  readonly scope: "resource" | "stack";
  /** Type or types of the resources looked at; `undefined` means all. */
  readonly type: Types;
  /** Looks at one resource, or at a whole stack. */
  run(resources: readonly Resource[], settings: unknown): readonly Finding[];
}

/** A type of resource and how to read its properties. */
export interface ResourceKind<Properties> {
  readonly type: Types;
  readonly schema: z.ZodType<Properties>;
}

interface Words<Name extends string> {
  readonly name: Name;
  readonly description: string;
  readonly acceptedUnknowns?: Readonly<Record<string, string>>;
}

/** A rule about one resource of a kind. */
export function resourceRule<const Name extends string, Properties, Settings extends z.ZodObject>(
  rule: Words<Name> & {
    readonly resource: ResourceKind<Properties>;
    readonly settings: Settings;
    readonly check: (
      properties: Properties,
      context: { readonly resource: Resource; readonly settings: z.output<Settings> },
    ) => readonly Finding[];
  },
): Rule<Name> {
  return {
    ...wordsOf(rule),
    scope: "resource",
    type: rule.resource.type,
    run: (resources, given) => {
      const settings = rule.settings.parse(given);
      return resources.flatMap((resource) => {
        const read = rule.resource.schema.safeParse(resource.properties);
        return read.success ? rule.check(read.data, { resource, settings }) : unreadable(read.error);
      });
    },
  };
}

/** A rule about all resources of a kind in a stack, with a look at the others. */
export function stackRule<const Name extends string, Properties, Settings extends z.ZodObject>(
  rule: Words<Name> & {
    readonly resource: ResourceKind<Properties>;
    readonly settings: Settings;
    readonly check: (
      properties: Properties,
      context: {
        readonly resource: Resource;
        readonly stack: readonly Resource[];
        readonly settings: z.output<Settings>;
      },
    ) => readonly Finding[];
  },
): Rule<Name> {
  return {
    ...wordsOf(rule),
    scope: "stack",
    type: rule.resource.type,
    run: (stack, given) => {
      const settings = rule.settings.parse(given);
      const looked = stack.filter(({ type }) => looksAt(rule.resource, type));
      return looked.flatMap((resource) => {
        const read = rule.resource.schema.safeParse(resource.properties);
        const findings = read.success ? rule.check(read.data, { resource, stack, settings }) : unreadable(read.error);
        return findings.map((finding) => ({ ...finding, urn: resource.urn }));
      });
    },
  };
}

/** For rules without settings. */
export const NO_SETTINGS = z.strictObject({});

function wordsOf<Name extends string>(rule: Words<Name> & { readonly settings: z.ZodObject }) {
  const { name, description, settings, acceptedUnknowns = {} } = rule;
  return { name, description, settings, acceptedUnknowns };
}

/** A property of an unexpected shape is no reason to pass; its value stays out of the message. */
function unreadable(error: z.ZodError): Undecided[] {
  return error.issues.map(({ path }) => ({
    kind: "undecided",
    property: z.core.toDotPath(path),
    reason: "has a shape that this rule can't read",
  }));
}
