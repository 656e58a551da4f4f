import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { TurnSettings } from "../components/availability/index.ts";
import { ConfigurationError, describeIssues, type Problem, printValue } from "../components/core/index.ts";
import { DesktopSettings } from "../components/desktop/index.ts";
import { MonitoringSettings } from "../components/observability/index.ts";
import { AdditionalContainers, AgentSettings } from "../components/orchestration/index.ts";
import { RegionSettings } from "../components/regions/index.ts";
import { ResourceSettings } from "../components/resources/index.ts";
import { ScalingSettings } from "../components/scaling/index.ts";
import { TopologySettings } from "../components/topology/index.ts";
import { withPresets } from "./presets/index.ts";
import { namesAt } from "./settings-reference.ts";

/** Namespace of every configuration key of the project. */
export const NAMESPACE = "blueprint";

/** One environment: each concern is one structured value under `blueprint:<concern>`. */
export const EnvironmentSettings = z.strictObject({
  topology: TopologySettings,
  agent: AgentSettings.prefault({}),
  turns: TurnSettings.prefault({}),
  scaling: ScalingSettings.prefault({}),
  regions: RegionSettings.prefault({}),
  resources: ResourceSettings.prefault({}),
  desktop: DesktopSettings.prefault({}),
  monitoring: MonitoringSettings.prefault({}),
  containers: AdditionalContainers.prefault({}).meta({ description: "Further containers, by name." }),
  labels: z
    .record(
      z.string().regex(/^[a-z][a-z0-9./-]{0,62}$/, "names of lower-case letters, digits, dots, slashes and hyphens"),
      z.string().max(255),
    )
    .prefault({})
    .meta({
      description:
        "Labels that objects carry beside the standard ones; volumes and networks, which another label would make anew, carry none.",
      example: { team: "assistants" },
    }),
});

export type EnvironmentSettings = z.output<typeof EnvironmentSettings>;

/** A parsed environment. */
export interface Environment {
  readonly name: string;
  readonly settings: EnvironmentSettings;
}

/** An environment as it was written: its values by key, and which of the other keys hold a secret. */
export interface EnvironmentDocument {
  /** Structured values of the concerns, and whatever stands beside them under the namespace. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys under the namespace that hold a secret's value. */
  readonly secretNames: readonly string[];
}

/** Stands in for a value that may be a secret: problems print what they find. */
const NOT_SHOWN = "(not shown)";

/**
 * Parses an environment: presets below explicit settings, defaults below both.
 * Throws a `ConfigurationError` with every problem found.
 */
export function parseEnvironment(name: string, document: EnvironmentDocument): Environment {
  const layered = withPresets(document.values);
  const parsed = EnvironmentSettings.safeParse(layered);
  const problems = [
    ...(parsed.success ? [] : describeIssues(parsed.error.issues, layered, namesAt(EnvironmentSettings))),
    ...checkSecrets(layered, document.secretNames),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(name, problems);
  return { name, settings: parsed.data };
}

/**
 * Reads the running stack's environment: the one place that reads `pulumi.Config`.
 * Throws a `ConfigurationError` where it doesn't parse.
 */
export function readEnvironment(): Environment {
  const config = new pulumi.Config(NAMESPACE);
  const keys = Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(`${NAMESPACE}:`))
    .map((key) => key.slice(NAMESPACE.length + 1));
  const values = Object.fromEntries(keys.map((key) => [key, isConcern(key) ? readValue(config, key) : NOT_SHOWN]));
  return parseEnvironment(pulumi.getStack(), splitSecrets(values));
}

/** Takes the keys that settings refer to as secrets out of the values. */
export function splitSecrets(values: Readonly<Record<string, unknown>>): EnvironmentDocument {
  const referenced = secretReferences(values, []).map(({ name }) => name);
  const secretNames = Object.keys(values).filter((key) => !isConcern(key) && referenced.includes(key));
  return {
    values: Object.fromEntries(Object.entries(values).filter(([key]) => !secretNames.includes(key))),
    secretNames,
  };
}

/** Whether a key under the namespace is a concern of the schema. */
export function isConcern(key: string): boolean {
  return Object.hasOwn(EnvironmentSettings.shape, key);
}

/** A secret of the running stack's configuration. */
export function readSecret(name: string): pulumi.Output<string> {
  return new pulumi.Config(NAMESPACE).requireSecret(name);
}

/** Structured values arrive as JSON; anything else is plain text, which no concern is: the schema says so. */
function readValue(config: pulumi.Config, key: string): unknown {
  const text = config.require(key);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Every secret that a setting refers to must have a value. */
function checkSecrets(document: Readonly<Record<string, unknown>>, secretNames: readonly string[]): Problem[] {
  return secretReferences(document, []).flatMap(({ path, name }) => {
    if (secretNames.includes(name)) return [];
    if (isConcern(name)) {
      return [
        {
          path: path.join("."),
          given: printValue(name),
          allowed: "a name other than a concern's, whose settings stand under that key",
          mend: "choose another name, such as modelApiKey",
        },
      ];
    }
    return [
      {
        path: path.join("."),
        given: printValue(name),
        allowed: `a secret that is set${secretNames.length > 0 ? `: ${secretNames.join(", ")}` : "; none is"}`,
        mend: `run: pulumi config set --secret ${NAMESPACE}:${name}`,
      },
    ];
  });
}

function secretReferences(value: unknown, path: readonly string[]): { path: readonly string[]; name: string }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "secret" && typeof inner === "string"
      ? [{ path: [...path, key], name: inner }]
      : secretReferences(inner, [...path, key]),
  );
}
