import { z } from "zod";
import { type Finding, undecided, violation } from "../../finding.ts";
import { childrenOf, UNKNOWN } from "../../known.ts";
import { resourceRule } from "../../rule.ts";
import { promisesSecret, secretFormat } from "./secret-words.ts";

export const noPlaintextSecret = resourceRule({
  name: "pulumi-resource-no-plaintext-secret",
  description: "No secret stands in clear in a resource's inputs: it would be in every preview, state file and log.",
  resource: { type: undefined, schema: z.record(z.string(), z.unknown()) },
  settings: z.strictObject({
    /** Names that look like a secret's and aren't, such as `PUBLIC_TOKEN`. Default: none. */
    harmlessNames: z.array(z.string()).default([]),
  }),
  check: (properties, { resource, settings }) => {
    if (resource.secretPaths === undefined) {
      return [
        {
          kind: "undecided",
          property: "every property",
          reason: "came without the engine's marks of what is secret",
          mend: "leave the policy blueprint-secret-marks at its own level, remediate",
        },
      ];
    }
    const isSecret = (path: string) => resource.secretPaths?.has(path) ?? false;
    const isHarmless = (name: string) => settings.harmlessNames.includes(name);
    return look(properties, "", { isSecret, isHarmless });
  },
});

interface Looking {
  isSecret(path: string): boolean;
  isHarmless(name: string): boolean;
}

/** Walks all that isn't marked as secret; what the SDK keeps for itself (`__…`) isn't an input. */
function look(value: unknown, path: string, looking: Looking): readonly Finding[] {
  return childrenOf(value, path).flatMap(([childPath, child]) => {
    if (looking.isSecret(childPath)) return [];
    const name = nameOf(value, childPath, path);
    if (name?.startsWith("__") || (name !== undefined && looking.isHarmless(name))) return [];
    if (child === UNKNOWN) return name !== undefined && promisesSecret(name) ? [notMarked(childPath)] : [];
    if (typeof child !== "string") return look(child, childPath, looking);
    return looking.isHarmless(child.split("=")[0] ?? "") ? [] : textFindings(child, childPath, name);
  });
}

function notMarked(path: string): Finding {
  return { ...undecided(path), mend: `mark ${path} as secret by pulumi.secret, or list its name in harmlessNames` };
}

/** The name that a value goes by: its key, or the name beside it in `{ name, value }`. */
function nameOf(parent: unknown, childPath: string, path: string): string | undefined {
  if (Array.isArray(parent)) return undefined;
  const key = childPath.slice(path === "" ? 0 : path.length + 1);
  if (key !== "value") return key;
  const beside = z
    .object({ name: z.string() })
    .or(z.object({ label: z.string() }))
    .or(z.object({ key: z.string() }));
  const named = beside.safeParse(parent);
  return named.success ? Object.values(named.data)[0] : key;
}

function textFindings(text: string, path: string, name: string | undefined): readonly Finding[] {
  const format = secretFormat(text);
  const pair = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.+)$/s.exec(text);
  const suspect = pair ? pair[1] : name;
  const value = pair ? pair[2] : text;
  const named =
    suspect !== undefined && promisesSecret(suspect) && value !== "" && !/^(true|false)$/i.test(value ?? "");
  if (format === undefined && !named) return [];
  return [
    violation({
      found: `${path}${named ? ` gives ${suspect} a value` : ""}${format ? `${named ? " that" : ""} looks like ${format}` : ""} in clear`,
      allowed: "values that the program marks as secret",
      mend: "read it by config.requireSecret, or wrap it in pulumi.secret; a harmless name goes into the policy's harmlessNames",
    }),
  ];
}
