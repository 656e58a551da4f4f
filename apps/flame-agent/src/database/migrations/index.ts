import { turns } from "./0001-turns.ts";
import { knowledge } from "./0002-knowledge.ts";
import { cachedAnswers } from "./0003-cached-answers.ts";
import { summaries } from "./0004-summaries.ts";
import { noCachedQuestions } from "./0005-no-cached-questions.ts";
import { turnKeys } from "./0006-turn-keys.ts";
import { threadLeases } from "./0007-thread-leases.ts";
import { turnEvents } from "./0008-turn-events.ts";
import { orderOfRows } from "./0009-order-of-rows.ts";
import { stopWishes } from "./0010-stop-wishes.ts";
import type { Migration } from "./migration.ts";

export type { Migration } from "./migration.ts";

/** All steps in order; step n makes schema version n. */
export const MIGRATIONS: readonly Migration[] = [
  turns,
  knowledge,
  cachedAnswers,
  summaries,
  noCachedQuestions,
  turnKeys,
  threadLeases,
  turnEvents,
  orderOfRows,
  stopWishes,
];
