import { z } from "zod";

export const LEVELS = ["advisory", "mandatory", "disabled", "remediate"] as const;
export type PackLevel = (typeof LEVELS)[number];

/** What a user may say about a pack's policies, by name; `all` stands for all: a level, or a level with settings. */
export type PackConfiguration = Readonly<
  Record<string, PackLevel | ({ readonly enforcementLevel?: PackLevel } & Readonly<Record<string, unknown>>)>
>;

/** A policy as its pack declares it. */
export interface DeclaredPolicy {
  readonly name: string;
  readonly level: PackLevel;
  /** JSON Schema of each setting. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

/** What a policy is run with. */
export interface PolicySettings {
  readonly level: PackLevel;
  readonly properties: Readonly<Record<string, unknown>>;
}

interface Layer {
  readonly level: PackLevel | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * What each policy is run with. As in the engine, the user's word beats the pack's, that beats the policy's, and a
 * setting that nobody gives has its schema's default.
 */
export function configurePolicies(
  policies: readonly DeclaredPolicy[],
  initial: PackConfiguration,
  given: PackConfiguration,
): ReadonlyMap<string, PolicySettings> {
  const problems = unknownPolicies(policies, given);
  const configured = policies.map((policy): [string, PolicySettings] => {
    const layers = [given[policy.name], given.all, initial[policy.name], initial.all].map(layerOf);
    const level = layers.find((layer) => layer.level !== undefined)?.level ?? policy.level;
    const properties = Object.assign(defaultsOf(policy), ...layers.toReversed().map((layer) => layer.properties));
    problems.push(...settingProblems(policy, properties));
    return [policy.name, { level, properties }];
  });
  if (problems.length > 0) throw new Error(`the policies' configuration is wrong:\n${problems.join("\n")}`);
  return new Map(configured);
}

function layerOf(given: PackConfiguration[string] | undefined): Layer {
  if (given === undefined || typeof given === "string") return { level: given, properties: {} };
  const { enforcementLevel, ...properties } = given;
  return { level: enforcementLevel, properties };
}

function defaultsOf({ settings }: DeclaredPolicy): Record<string, unknown> {
  const HasDefault = z.object({ default: z.unknown() });
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, schema]) => {
      const read = HasDefault.safeParse(schema);
      return read.success && read.data.default !== undefined ? [[name, read.data.default]] : [];
    }),
  );
}

function unknownPolicies(policies: readonly DeclaredPolicy[], given: PackConfiguration): string[] {
  const names = ["all", ...policies.map(({ name }) => name)];
  return Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => `  ${name}: no policy of the pack has this name; allowed: ${names.join(", ")}`);
}

function settingProblems(policy: DeclaredPolicy, properties: Readonly<Record<string, unknown>>): string[] {
  const unknown = Object.keys(properties).filter((name) => !Object.hasOwn(policy.settings, name));
  const missing = policy.required.filter((name) => !Object.hasOwn(properties, name));
  const allowed = Object.keys(policy.settings).join(", ") || "none";
  return [
    ...unknown.map((name) => `  ${policy.name}.${name}: the policy has no such setting; allowed: ${allowed}`),
    ...missing.map((name) => `  ${policy.name}.${name}: missing; give it in the configuration`),
    ...Object.entries(properties).flatMap(([name, value]) => valueProblems(policy, name, value)),
  ];
}

function valueProblems({ name, settings }: DeclaredPolicy, setting: string, value: unknown): string[] {
  const schema = z.record(z.string(), z.json()).safeParse(settings[setting]);
  if (!schema.success) return [];
  const read = z.fromJSONSchema(schema.data).safeParse(value);
  return read.success ? [] : [`  ${name}.${setting}: ${read.error.issues.map(({ message }) => message).join("; ")}`];
}
