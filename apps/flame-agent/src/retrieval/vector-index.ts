import type { Pool } from "pg";

/**
 * Makes the HNSW indexes for vectors of this length, where they aren't there. One index a length, since an index needs
 * a fixed one and the embedding may change.
 */
export async function ensureVectorIndexes(pool: Pool, dimensions: number): Promise<void> {
  for (const table of ["passages", "cached_answers"]) {
    const name = `${table}_embedding_${dimensions}`;
    // Asked first, since CREATE INDEX would wait for every writer of the other instances.
    const { rows } = await pool.query<{ found: boolean }>("select to_regclass($1) is not null as found", [
      `flame.${name}`,
    ]);
    if (rows[0]?.found) continue;
    await pool.query(
      `create index if not exists ${name} on flame.${table}
       using hnsw ((embedding::vector(${dimensions})) vector_cosine_ops) where vector_dims(embedding) = ${dimensions}`,
    );
  }
}
