import type { Migration } from "./migration.ts";

/** Answers that may be given again to a question that means the same. */
export const cachedAnswers: Migration = {
  name: "cached answers",
  sql: `
    create table flame.cached_answers (
      id bigint generated always as identity primary key,
      tenant text not null,
      scope text not null,
      revision bigint not null,
      question text not null,
      literals text not null,
      answer text not null,
      citations jsonb not null,
      embedding vector not null,
      expires_at timestamptz not null
    );
    create index cached_answers_by_tenant on flame.cached_answers (tenant, scope, revision);
    create index cached_answers_by_age on flame.cached_answers (expires_at);
  `,
};
