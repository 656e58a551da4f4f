import { vi } from "vitest";
import type { Database } from "../database/index.ts";
import { testDatabase } from "./database.ts";

/** What a database quotes in its errors. */
export const QUOTED = "plantedquote";

/** A database that fails when it is told to, with an error that quotes what it was asked. */
export interface FaultyDatabase {
  readonly open: () => Promise<Database>;
  /**
   * From now on statements of this form fail with this SQLSTATE; by default none, with a duplicate key, and at once
   * rather than when `when` resolves.
   */
  fail(statements?: RegExp, code?: string, when?: Promise<void>): void;
}

/** Has the pool do what it is asked and lose the connection before it says so, until the spy is restored. */
export function answersLost(pool: Database["pool"]) {
  const query = pool.query.bind(pool);
  return vi.spyOn(pool, "query").mockImplementation(async (...given: Parameters<typeof query>) => {
    await query(...given);
    throw new Error("Connection terminated unexpectedly");
  });
}

/** A database of the test's own, closed with the agent that opens it; its errors quote the word. */
export async function faultyDatabase(quoted = QUOTED): Promise<FaultyDatabase> {
  let failing: RegExp | undefined;
  let given = "";
  let moment: Promise<void> | undefined;
  const database = await testDatabase();
  const { pool } = database;
  const refuse = (statement: unknown) => {
    const text = typeof statement === "object" && statement && "text" in statement ? statement.text : statement;
    if (!failing?.test(String(text))) return undefined;
    const error = new Error(`duplicate key value, Key (id)=(${quoted}) already exists`);
    return Object.assign(error, { code: given, detail: quoted, where: quoted, name: "error" });
  };
  const guarded = <Target extends { query: (...given: never[]) => unknown }>(target: Target) => {
    const query = target.query.bind(target);
    Object.defineProperty(target, "query", {
      configurable: true,
      value: (...given: readonly never[]) => {
        const error = refuse(given[0]);
        if (!error) return query(...given);
        const failed = (moment ?? Promise.resolve()).then(() => Promise.reject(error));
        // The pool itself asks its connections so: who is never called back would wait for ever.
        const callback: unknown = given.at(-1);
        return typeof callback === "function" ? void failed.catch((failure: unknown) => callback(failure)) : failed;
      },
    });
  };
  guarded(pool);
  const seen = new WeakSet<object>();
  pool.on("acquire", (client) => {
    if (seen.has(client)) return;
    seen.add(client);
    guarded(client);
  });
  return {
    open: async () => database,
    fail(statements, code = "23505", when) {
      failing = statements;
      moment = when;
      given = code;
    },
  };
}
