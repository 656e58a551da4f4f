import type { Migration } from "./migration.ts";

/**
 * What was told of each turn, so that a client that lost its connection gets the rest. A row holds several events in a
 * row, as they were stored together. Without a foreign key, whose check would lock the turn's row for every few tokens.
 */
export const turnEvents: Migration = {
  name: "events of turns",
  sql: `
    create table flame.turn_events (
      turn uuid not null,
      first_id integer not null,
      last_id integer not null,
      events text not null,
      created_at timestamptz not null default now(),
      primary key (turn, first_id)
    );
    create index turn_events_by_age on flame.turn_events (created_at);
    alter table flame.turns add column followed_at timestamptz;
  `,
};
