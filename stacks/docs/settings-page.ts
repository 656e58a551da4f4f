import type { SettingSchema } from "../settings-reference.ts";
import { markdownTable } from "./markdown-table.ts";
import { type SettingRow, settingRows } from "./settings-rows.ts";

const INTRODUCTION = `# Settings

Everything that an environment's file (\`Pulumi.<environment>.yaml\`) may say, from the schemas that parse it.
Made by \`npm run docs\`: change the schemas, not this page.

Each concern is one structured value under \`blueprint:<concern>\`. In a path, \`[]\` stands for an entry of a list and
\`<name>\` for a name that you choose. A setting that only exists beside a choice says so after its effect.
`;

/** The settings reference in Markdown: a table for each concern. */
export function settingsPage(schema: SettingSchema): string {
  const concerns = Object.entries(schema.properties ?? {}).map(([name, concern]) => concernSection(name, concern));
  return [INTRODUCTION, ...concerns].join("\n");
}

function concernSection(name: string, concern: SettingSchema): string {
  const rows = settingRows(concern);
  // A concern that is one value says in its row what it is.
  const about = concern.description && rows[0]?.path !== "" ? `${concern.description}\n\n` : "";
  return `## ${name}\n\n${about}${markdownTable(
    HEAD,
    rows.map((row) => cellsOf(name, row)),
  )}\n`;
}

const HEAD = ["setting", "type", "unit", "default", "example", "effect"] as const;

function cellsOf(concern: string, row: SettingRow): string[] {
  const path = row.path === "" ? concern : row.path.startsWith("<") ? `${concern}.${row.path}` : row.path;
  const where = row.where.length > 0 ? ` Where ${row.where.map(code).join(" and ")}.` : "";
  return [
    code(path),
    row.type,
    row.unit ?? "",
    row.standard === undefined ? (row.required ? "**required**" : "none") : code(row.standard),
    row.example === undefined ? "" : code(row.example),
    `${row.effect}${where}`,
  ];
}

function code(text: string): string {
  return `\`${text}\``;
}
