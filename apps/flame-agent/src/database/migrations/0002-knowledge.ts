import type { Migration } from "./migration.ts";

/**
 * Documents, their passages with vectors, and for each tenant a revision that grows with every change of what can be
 * found. A vector's length depends on the embedding in use, so the indexes on vectors are made at start, one a length.
 */
export const knowledge: Migration = {
  name: "documents and passages",
  sql: `
    create table flame.knowledge (
      tenant text primary key,
      revision bigint not null,
      passages bigint not null
    );

    create table flame.documents (
      tenant text not null,
      id text not null,
      title text not null,
      media_type text not null,
      content_hash text not null,
      embedding_id text not null,
      passages integer not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (tenant, id)
    );

    create table flame.passages (
      tenant text not null,
      document text not null,
      position integer not null,
      heading text not null,
      content text not null,
      embedding_id text not null,
      embedding vector not null,
      primary key (tenant, document, position),
      foreign key (tenant, document) references flame.documents on delete cascade
    );
  `,
};
