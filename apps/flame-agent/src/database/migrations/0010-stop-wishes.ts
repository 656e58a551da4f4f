import type { Migration } from "./migration.ts";

/** What another instance wants of the turn that holds a thread: that it stops. */
export const stopWishes: Migration = {
  name: "wishes that turns stop",
  sql: `
    alter table flame.thread_leases add column stop_wish text;
  `,
};
