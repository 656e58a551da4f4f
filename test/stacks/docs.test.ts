import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { EnvironmentSettings, NAMESPACE } from "../../stacks/config.ts";
import { environmentSchema } from "../../stacks/docs/environment-schema.ts";
import { generatedDocs } from "../../stacks/docs/generated-docs.ts";
import { settingsPage } from "../../stacks/docs/settings-page.ts";
import { settingRows } from "../../stacks/docs/settings-rows.ts";
import { jsonSchemaOf, type SettingSchema, settingLeaves } from "../../stacks/settings-reference.ts";

const root = new URL("../../", import.meta.url);
const settings = jsonSchemaOf(EnvironmentSettings);
const textOf = (path: string) => readFileSync(new URL(path, root), "utf8");

const SHAPES: readonly { readonly why: string; readonly schema: SettingSchema; readonly lines: readonly string[] }[] = [
  {
    why: "a choice with its variants and the one that is taken",
    schema: {
      default: { kind: "disk" },
      oneOf: [
        {
          properties: {
            kind: { const: "disk", description: "On disk." },
            path: { type: "string", description: "Where." },
          },
        },
        { properties: { kind: { const: "memory", description: "In memory." } } },
      ],
    },
    lines: [
      '| `kind` | `disk`, `memory` |  | `"disk"` |  | `disk`: On disk. `memory`: In memory. |',
      "| `path` | text |  | none |  | Where. Where `kind: disk`. |",
    ],
  },
  {
    why: "a figure with range and unit",
    schema: {
      properties: {
        size: { type: "integer", minimum: 1, maximum: 9, unit: "seconds", default: 5, description: "How long." },
      },
    },
    lines: ["| `size` | whole number, 1 to 9 | seconds | `5` |  | How long. |"],
  },
  {
    why: "a figure without a range",
    schema: { properties: { share: { type: "number", description: "How much." } }, required: ["share"] },
    lines: ["| `share` | number |  | **required** |  | How much. |"],
  },
  {
    why: "a bar in a pattern's example, which would end the cell",
    schema: { properties: { filter: { type: "string", example: "a|b", description: "What passes." } } },
    lines: ['| `filter` | text |  | none | `"a\\|b"` | What passes. |'],
  },
  {
    why: "what a list and a record hold",
    schema: {
      properties: {
        tags: { type: "array", items: { type: "string" }, description: "Tags." },
        rest: { type: "array", description: "The rest." },
        users: {
          type: "object",
          description: "Users.",
          additionalProperties: {
            properties: { admin: { type: "boolean", default: false, description: "Whether." } },
          },
        },
      },
    },
    lines: [
      "| `tags` | list of text |  | none |  | Tags. |",
      "| `rest` | list of any |  | none |  | The rest. |",
      "| `users` | names and values |  | none |  | Users. |",
      "| `users.<name>.admin` | `true`, `false` |  | `false` |  | Whether. |",
    ],
  },
];

describe("a document made from the schemas", () => {
  it.each(generatedDocs())("is not older than they are (else: npm run docs): $path", ({ path, content }) => {
    expect(textOf(path)).toBe(content);
  });
});

describe("the settings reference", () => {
  const rows = Object.entries(settings.properties ?? {}).flatMap(([concern, schema]) =>
    settingRows(schema).map((row) => ({ ...row, path: row.path === "" ? concern : `${concern}.${row.path}` })),
  );

  it("has a row for every leaf that a user can write", () => {
    const documented = new Set(rows.map(({ path }) => path.replaceAll("<name>", "*")));
    expect(settingLeaves(settings).filter(({ path }) => !documented.has(path))).toEqual([]);
  });

  it("says of every setting what it does", () => {
    expect(rows.filter(({ effect }) => effect.length < 5).map(({ path }) => path)).toEqual([]);
  });

  it("gives an example wherever neither a default nor the type shows the form", () => {
    const unclear = rows.filter(
      ({ standard, example, type }) =>
        standard === undefined && example === undefined && !/^`|^whole number|^number|^list$|^group$/.test(type),
    );
    expect(unclear.map(({ path }) => path)).toEqual([]);
  });

  it.each(SHAPES)("shows $why", ({ schema, lines }) => {
    const page = settingsPage({ properties: { concern: schema } });
    expect(squeezed(page).filter((line) => line.startsWith("| `"))).toEqual(
      lines.map((line) => line.replace(/ {2,}/g, " ")),
    );
  });

  it("heads a concern of names with what it is, and a concern of one value says so in its row", () => {
    const page = settingsPage({
      properties: {
        things: { description: "Things.", additionalProperties: { properties: { size: { type: "string" } } } },
        labels: { description: "Labels.", type: "object", additionalProperties: { type: "string" } },
      },
    });
    expect(page).toContain("## things\n\nThings.\n\n| setting");
    expect(squeezed(page)).toContainEqual(expect.stringContaining("| `things.<name>.size` |"));
    expect(page).toContain("## labels\n\n| setting");
    expect(squeezed(page)).toContain("| `labels` | names and values | | none | | Labels. |");
  });
});

describe("the schema of an environment's file", () => {
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(environmentSchema(settings, NAMESPACE))));
  const accepts = (file: unknown) => schema.safeParse(file).success;
  const file = (config: object, rest: object = {}) => ({
    config: { "blueprint:topology": { kind: "local-podman" }, ...config },
    ...rest,
  });

  it.each(["Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"])("accepts %s", (path) => {
    const text = textOf(path);
    expect(schema.safeParse(parse(text)).error?.issues).toBeUndefined();
    expect(text).toContain("$schema=docs/schema/environment.schema.json");
  });

  it.each([
    { why: "a secret that is encrypted", document: file({ "blueprint:modelApiKey": { secure: "v1:abc" } }) },
    { why: "a provider's own configuration", document: file({ "docker:host": "unix:///run/docker.sock" }) },
    { why: "the engine's salt", document: file({}, { encryptionsalt: "v1:abc", secretsprovider: "passphrase" }) },
    { why: "every variant of a choice", document: file({ "blueprint:agent": { database: { kind: "postgresql" } } }) },
  ])("accepts $why", ({ document }) => {
    expect(accepts(document)).toBe(true);
  });

  it.each([
    { why: "no configuration", document: {} },
    { why: "no topology", document: { config: { "blueprint:turns": {} } } },
    { why: "a misspelt setting", document: file({ "blueprint:turns": { maxSecond: 60 } }) },
    { why: "a figure out of range", document: file({ "blueprint:turns": { maxSeconds: 1 } }) },
    { why: "an unknown variant", document: file({ "blueprint:agent": { database: { kind: "sqlite" } } }) },
    { why: "a secret as plain text", document: file({ "blueprint:modelApiKey": "plain" }) },
    { why: "a key that the engine doesn't know", document: file({}, { blueprint: {} }) },
  ])("refuses $why", ({ document }) => {
    expect(accepts(document)).toBe(false);
  });

  it("has only words that editors know", () => {
    const [, generated] = generatedDocs();
    expect(generated?.content).not.toMatch(/"(unit|example)":/);
    expect(generated?.content).toContain('"examples": [');
  });
});

/** The lines of a page without the blanks that align its columns. */
function squeezed(page: string): string[] {
  return page.split("\n").map((line) => line.replace(/ {2,}/g, " "));
}
