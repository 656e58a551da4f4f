import type { Migration } from "./migration.ts";

/** The order in which approvals were asked for and messages sent: clocks step back, and a list that goes by them has gaps. */
export const orderOfRows: Migration = {
  name: "order of approvals and sent messages",
  sql: `
    alter table flame.approvals add column position bigint generated always as identity;
    create index approvals_in_order on flame.approvals (tenant, position);
    drop index flame.approvals_by_tenant;

    alter table flame.outbox add column position bigint generated always as identity;
    create index outbox_in_order on flame.outbox (tenant, position);
    drop index flame.outbox_by_tenant;

    -- A thread has one resource, and is asked for without it too.
    create index turns_in_thread on flame.turns (tenant, thread, position);
    drop index flame.turns_by_thread;
  `,
};
