import type { Migration } from "./migration.ts";

/** The keys by which clients make sure that a request of theirs is one turn, and the order in which turns began. */
export const turnKeys: Migration = {
  name: "keys and order of turns",
  sql: `
    create table flame.turn_keys (
      tenant text not null,
      resource text not null,
      key text not null,
      turn uuid not null references flame.turns on delete cascade,
      request_digest text not null,
      created_at timestamptz not null default now(),
      primary key (tenant, resource, key)
    );
    create index turn_keys_by_turn on flame.turn_keys (turn);
    create index turn_keys_by_age on flame.turn_keys (created_at);

    -- Clocks step back: what came first is told by a number.
    alter table flame.turns add column position bigint generated always as identity;
    create index turns_by_thread on flame.turns (tenant, resource, thread, position);
  `,
};
