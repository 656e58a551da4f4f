import type { Migration } from "./migration.ts";

/** Who may write into a thread: one holder at a time, of an instance that gives signs of life. */
export const threadLeases: Migration = {
  name: "leases of threads",
  sql: `
    create table flame.thread_leases (
      thread text primary key,
      holder uuid not null,
      instance uuid not null
    );
  `,
};
