import type { SettingSchema } from "../settings-reference.ts";

/** A JSON Schema as an editor reads it. */
export type EditorSchema = Readonly<Record<string, unknown>>;

/** A value that `pulumi config set --secret` has encrypted. */
const ENCRYPTED = {
  type: "object",
  properties: {
    secure: { type: "string", minLength: 1, description: "Ciphertext, written by pulumi config set --secret." },
  },
  required: ["secure"],
  additionalProperties: false,
} as const;

/** What the engine itself keeps in the file. */
const ENGINE_KEYS = {
  encryptionsalt: { type: "string", description: "Salt of the passphrase that encrypts this stack's secrets." },
  encryptedkey: { type: "string", description: "Key of this stack's secrets, encrypted by the secrets provider." },
  secretsprovider: { type: "string", description: "Service that encrypts this stack's secrets." },
  environment: { description: "Pulumi ESC environments that this stack imports." },
} as const;

/** The JSON Schema of a whole `Pulumi.<environment>.yaml`, from the schema of its settings. */
export function environmentSchema(settings: SettingSchema, namespace: string): EditorSchema {
  const concerns = Object.entries(settings.properties ?? {});
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "An environment of the deployment blueprint",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(concerns.map(([name, concern]) => [`${namespace}:${name}`, forEditor(concern)])),
        required: concerns
          .filter(([name]) => settings.required?.includes(name))
          .map(([name]) => `${namespace}:${name}`),
        // Whatever else stands under the namespace is a secret; other namespaces belong to other programs.
        patternProperties: {
          [`^${namespace}:(?!(?:${concerns.map(([name]) => name).join("|")})$)`]: {
            ...ENCRYPTED,
            description: "The value of a secret that a setting refers to by its name.",
          },
        },
      },
      ...ENGINE_KEYS,
    },
    required: ["config"],
    additionalProperties: false,
  };
}

/** Editors show `examples`; what is the project's own (`unit`, `example`) becomes what they know. */
function forEditor(schema: SettingSchema): EditorSchema {
  const { example, unit, description, properties, items, additionalProperties, oneOf, anyOf, ...rest } = schema;
  return {
    ...rest,
    ...(description !== undefined && { description: unit === undefined ? description : `${description} In ${unit}.` }),
    ...(example !== undefined && { examples: [example] }),
    ...(properties && { properties: mapValues(properties, forEditor) }),
    ...(items && { items: forEditor(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === "object" ? forEditor(additionalProperties) : additionalProperties,
    }),
    ...(oneOf && { oneOf: oneOf.map(forEditor) }),
    ...(anyOf && { anyOf: anyOf.map(forEditor) }),
  };
}

function mapValues<Value, Result>(record: Readonly<Record<string, Value>>, change: (value: Value) => Result) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
