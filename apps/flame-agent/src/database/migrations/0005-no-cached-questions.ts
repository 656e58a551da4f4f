import type { Migration } from "./migration.ts";

/**
 * Questions of cached answers are not kept: an answer is found by its question's vector and literals, and nobody read
 * the words. An instance of the version before can't keep answers any more until it is replaced; its turns go on.
 */
export const noCachedQuestions: Migration = {
  name: "no questions of cached answers",
  sql: "alter table flame.cached_answers drop column question",
};
