import type { Pool } from "pg";
import { inTransaction } from "../database/index.ts";

/** Number of PostgreSQL's advisory lock that one instance holds while it makes indexes: "index" in ASCII. */
const LOCK = 0x69_6e_64_65_78;
/** Longest that making an index may take, in milliseconds: a new embedding on a large database. */
const BUILD_MILLISECONDS = 3_600_000;

/**
 * What an index costs to write. `light` is for the embedded database, which works in this process's own thread: 800
 * passages take 2 s instead of 5 (measured), and it holds few enough to be found all the same.
 */
const EFFORTS = { thorough: { m: 16, efConstruction: 64 }, light: { m: 8, efConstruction: 32 } } as const;

/**
 * Makes the HNSW indexes for vectors of this length, where they aren't there. One index a length, since an index needs
 * a fixed one and the embedding may change.
 */
export async function ensureVectorIndexes(
  pool: Pool,
  dimensions: number,
  effort: keyof typeof EFFORTS = "thorough",
): Promise<void> {
  const { m, efConstruction } = EFFORTS[effort];
  for (const table of ["passages", "cached_answers"]) {
    const name = `${table}_embedding_${dimensions}`;
    // Asked first, since CREATE INDEX would wait for every writer of the other instances.
    const { rows } = await pool.query<{ found: boolean }>("select to_regclass($1) is not null as found", [
      `flame.${name}`,
    ]);
    if (rows[0]?.found) continue;
    await inTransaction(pool, async (connection) => {
      await connection.query(`set local statement_timeout = ${BUILD_MILLISECONDS}`);
      // Two instances that make the same index at once would fail one another.
      await connection.query("select pg_advisory_xact_lock($1)", [LOCK]);
      await connection.query(
        `create index if not exists ${name} on flame.${table}
         using hnsw ((embedding::vector(${dimensions})) vector_cosine_ops)
         with (m = ${m}, ef_construction = ${efConstruction}) where vector_dims(embedding) = ${dimensions}`,
      );
    });
  }
}
