import type {
  Policies,
  PolicyConfigSchema,
  PolicyPackArgs,
  PolicyPackConfig,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { z } from "zod";
import { type RuleName, rules } from "./all.ts";
import { plainProperties, type SecretMarks, secretMarks } from "./engine-values.ts";
import type { Finding } from "./finding.ts";
import { acceptedReason, messageOf, redact } from "./message.ts";
import { type Level, looksAt, type Resource, type Rule } from "./rule.ts";

/** A pack: a level for each rule, with the rule's settings where the defaults don't fit. */
export type PackLevels = Readonly<
  Record<RuleName, Level | ({ readonly level: Level } & Readonly<Record<string, unknown>>)>
>;

/** Arguments of the SDK's `PolicyPack` after the name. */
export function packArguments(description: string, levels: PackLevels): [PolicyPackArgs, PolicyPackConfig] {
  const marks = new Map<string, SecretMarks>();
  const policies: Policies = rules.map((rule) =>
    rule.scope === "resource" ? resourcePolicy(rule, marks) : stackPolicy(rule, marks),
  );
  const configuration = Object.fromEntries(
    rules.map(({ name, settings }) => [name, configurationOf(levels[name], settings)]),
  );
  return [{ description, policies: [marksPolicy(marks), ...policies], enforcementLevel: "mandatory" }, configuration];
}

type Marks = ReadonlyMap<string, SecretMarks>;

/**
 * The SDK tells only remediations what is secret, and calls them for each resource before the rules. This one changes
 * nothing: it notes the secrets, so that a rule can see the marks and no message can hold a secret.
 */
function marksPolicy(marks: Map<string, SecretMarks>): ResourceValidationPolicy {
  return {
    name: "blueprint-secret-marks",
    description: "Notes which properties are secret, for the other rules. Changes nothing.",
    enforcementLevel: "remediate",
    remediateResource: ({ urn, props }) => {
      marks.set(urn, secretMarks(props));
    },
  };
}

function resourcePolicy(rule: Rule, marks: Marks): ResourceValidationPolicy {
  return {
    ...wordsOf(rule),
    validateResource: (args, reportViolation) => {
      if (!looksAt(rule, args.type)) {
        args.notApplicable(`looks only at resources of type ${[rule.type].flat().join(" or ")}`);
      }
      const resource = resourceOf(args, marks);
      for (const finding of rule.run([resource], args.getConfig()))
        report(finding, resource, rule, marks, reportViolation);
    },
  };
}

function stackPolicy(rule: Rule, marks: Marks): StackValidationPolicy {
  return {
    ...wordsOf(rule),
    validateStack: (args, reportViolation) => {
      const stack = args.resources.map((resource) => stackResourceOf(resource, marks));
      const byUrn = new Map(stack.map((resource) => [resource.urn, resource]));
      for (const finding of rule.run(stack, args.getConfig())) {
        const resource = byUrn.get(finding.urn ?? "") ?? { urn: undefined, name: "the stack", type: "all resources" };
        report(finding, resource, rule, marks, reportViolation);
      }
    },
  };
}

function report(
  finding: Finding,
  resource: { readonly urn: string | undefined; readonly name: string; readonly type: string },
  rule: Rule,
  marks: Marks,
  reportViolation: ReportViolation,
) {
  const secrets = new Set([...marks.values()].flatMap(({ texts }) => texts));
  const message = redact(messageOf(finding, resource, rule.acceptedUnknowns), secrets);
  // The SDK also takes an object, which its types don't say: only so can one finding have a level of its own.
  Reflect.apply(reportViolation, undefined, [{ message, urn: resource.urn, enforcementLevel: levelOf(finding, rule) }]);
}

/** Not being able to tell stops a deployment whatever the rule's level; `undefined` leaves it to the rule's. */
function levelOf(finding: Finding, rule: Rule): Level | undefined {
  if (finding.kind === "violation") return undefined;
  return acceptedReason(finding.property, rule.acceptedUnknowns) === undefined ? "mandatory" : "advisory";
}

function resourceOf({ urn, type, name, props, opts }: ResourceValidationArgs, marks: Marks): Resource {
  const secretPaths = marks.get(urn)?.paths;
  return { urn, type, name, properties: plainProperties(props), protect: opts.protect, secretPaths, sourceTypes: {} };
}

function stackResourceOf(
  { urn, type, name, props, opts, propertyDependencies }: PolicyResource,
  marks: Marks,
): Resource {
  return {
    urn,
    type,
    name,
    properties: plainProperties(props),
    protect: opts.protect,
    secretPaths: marks.get(urn)?.paths,
    sourceTypes: Object.fromEntries(
      Object.entries(propertyDependencies).map(([property, sources]) => [
        property,
        sources.map((source) => source.type),
      ]),
    ),
  };
}

function wordsOf({ name, description, settings }: Rule) {
  return { name, description, configSchema: configSchema(settings) };
}

function configSchema(settings: z.ZodObject): PolicyConfigSchema | undefined {
  const { properties = {} } = z.toJSONSchema(settings, { io: "input" });
  const schema = { properties };
  return Object.keys(properties).length > 0 && isPolicySchema(schema) ? schema : undefined;
}

/** The SDK's type of a schema is JSON Schema's draft 7, which zod's own type doesn't name. */
function isPolicySchema(schema: { properties: object }): schema is PolicyConfigSchema {
  return Object.values(schema.properties).every((property) => typeof property === "object");
}

function configurationOf(given: PackLevels[RuleName], settings: z.ZodObject): PolicyPackConfig[string] {
  if (typeof given === "string") return given;
  const { level, ...rest } = given;
  return { ...settings.parse(rest), enforcementLevel: level };
}
