import { turns } from "./0001-turns.ts";
import { knowledge } from "./0002-knowledge.ts";
import { cachedAnswers } from "./0003-cached-answers.ts";
import { summaries } from "./0004-summaries.ts";
import { noCachedQuestions } from "./0005-no-cached-questions.ts";

/** One step of the schema. Once released it is never changed: a later step mends it. */
export interface Migration {
  /** What it brings, in a word or two. */
  readonly name: string;
  readonly sql: string;
}

/** All steps in order; step n makes schema version n. */
export const MIGRATIONS: readonly Migration[] = [turns, knowledge, cachedAnswers, summaries, noCachedQuestions];
