import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../database/index.ts";

/** How long a check waits for the database, in milliseconds: below the time-out of any engine's probe. */
const DATABASE_MILLISECONDS = 1_500;

/** Checks whether the database answers, with a bound; checks that come while one runs share its result. */
export function databaseCheck(database: Database): () => Promise<boolean> {
  let running: Promise<boolean> | undefined;
  return () => {
    running ??= answers(database).finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function answers(database: Database): Promise<boolean> {
  const giveUp = new AbortController();
  const late = delay(DATABASE_MILLISECONDS, false, { signal: giveUp.signal }).catch(() => false);
  const query = database.store.db.one("select 1 as alive").then(
    () => true,
    () => false,
  );
  const result = await Promise.race([query, late]);
  giveUp.abort();
  return result;
}
