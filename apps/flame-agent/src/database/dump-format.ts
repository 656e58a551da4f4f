import { z } from "zod";

/** Version of the format below. */
export const FORMAT_VERSION = 1;

const Table = z.strictObject({
  schema: z.enum(["public", "flame"]),
  name: z.string().regex(/^[a-z0-9_]+$/),
  columns: z.array(z.strictObject({ name: z.string().min(1), type: z.string().min(1) })).min(1),
});

/** The first line of a backup: what it is and what it holds. */
export const Header = z.strictObject({
  format: z.literal("flame-agent-backup"),
  version: z.literal(FORMAT_VERSION),
  /** Schema version of our tables. */
  schema: z.int().min(0),
  createdAt: z.iso.datetime(),
  tables: z.array(Table),
});

/** A line of rows: each value is PostgreSQL's own text for it, and `null` where there is none. */
export const Rows = z.strictObject({
  /** Place of the table in the header. */
  table: z.int().min(0),
  rows: z.array(z.array(z.string().nullable())),
});

/** The last line: without it, or with another digest, the file is cut or changed. */
export const End = z.strictObject({
  end: z.strictObject({
    rows: z.int().min(0),
    /** SHA-256 of every line before this one, with its line break. */
    digest: z.string(),
  }),
});

export type Table = z.output<typeof Table>;
export type Header = z.output<typeof Header>;
export type Rows = z.output<typeof Rows>;
export type End = z.output<typeof End>;

/** A name as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function qualified({ schema, name }: Pick<Table, "schema" | "name">): string {
  return `${quoted(schema)}.${quoted(name)}`;
}
