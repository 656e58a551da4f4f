import { z } from "zod";
import { ClientFile } from "../../components/topology/index.ts";
import { EnvironmentSettings, NAMESPACE } from "../config.ts";
import { jsonSchemaOf } from "../settings-reference.ts";
import { environmentSchema } from "./environment-schema.ts";
import { orchestratorsPage } from "./orchestrators-page.ts";
import { settingsPage } from "./settings-page.ts";

/** A file that is made from schemas and declarations. */
export interface GeneratedFile {
  /** Path from the project's root. */
  readonly path: string;
  readonly content: string;
}

/** Every document that is made from schemas and declarations; a test compares them with what is on disk. */
export function generatedDocs(): GeneratedFile[] {
  const schema = jsonSchemaOf(EnvironmentSettings);
  return [
    { path: "docs/settings.md", content: settingsPage(schema) },
    {
      path: "docs/schema/environment.schema.json",
      content: `${JSON.stringify(environmentSchema(schema, NAMESPACE), null, 2)}\n`,
    },
    { path: "docs/schema/client.schema.json", content: `${JSON.stringify(z.toJSONSchema(ClientFile), null, 2)}\n` },
    { path: "docs/orchestrators.md", content: orchestratorsPage() },
  ];
}
