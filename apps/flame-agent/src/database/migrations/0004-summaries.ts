import type { Migration } from "./migration.ts";

/** What stands for the older messages of a thread. */
export const summaries: Migration = {
  name: "summaries",
  sql: `
    create table flame.summaries (
      thread text primary key,
      content text not null,
      covers_until timestamptz not null,
      updated_at timestamptz not null default now()
    );
  `,
};
