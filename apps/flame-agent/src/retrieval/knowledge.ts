import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { inTransaction, type Queryable, vectorText } from "../database/index.ts";
import type { Embedding } from "../model/embedding.kind.ts";
import { passagesOf } from "./chunk.ts";
import type { LearningLine } from "./learning-line.ts";
import { type MediaType, sectionsOf } from "./read.ts";

/** A document to learn. */
export interface NewDocument {
  /** The owner's own name for it; a second one of the same id takes the first one's place. */
  readonly id: string;
  readonly title: string;
  readonly mediaType: MediaType;
  readonly content: string;
}

/** What is told about a document that is there. */
export interface DocumentRecord {
  readonly id: string;
  readonly title: string;
  readonly mediaType: string;
  readonly passages: number;
  /** False: it was learnt with another embedding and is found again when it is given anew. */
  readonly searchable: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A passage that bears on a question. */
export interface FoundPassage {
  readonly document: string;
  readonly title: string;
  readonly heading: string;
  readonly position: number;
  readonly content: string;
  /** Cosine similarity to the question, from -1 to 1. */
  readonly similarity: number;
}

/** Passages written by one statement: the embedded database works in this process's thread, which turns need too. */
const INSERT_BATCH = 8;
/** Passages of one document from which on the planner is told at once that there are more, so that it uses the index. */
const ANALYSE_PASSAGES = 50;

export type Knowledge = ReturnType<typeof createKnowledge>;

/** Each tenant's documents: learnt, listed, forgotten and searched. */
export function createKnowledge(pool: Pool, embedding: Embedding, line: LearningLine = (work) => work()) {
  const { dimensions } = embedding;

  return {
    /**
     * Learns a document, whole or not at all. The same content again changes nothing and costs no embedding.
     * Whatever does change raises the tenant's revision, which makes its cached answers old.
     */
    async learn(
      tenant: string,
      document: NewDocument,
      signal?: AbortSignal,
    ): Promise<{ readonly state: "created" | "replaced" | "unchanged"; readonly passages: number }> {
      const hash = hashOf(document);
      const known = await stored(pool, tenant, document.id);
      if (known?.hash === hash && known.embedding === embedding.id)
        return { state: "unchanged", passages: known.passages };

      return line(() => write({ pool, embedding }, tenant, document, hash, signal), signal);
    },

    /** Forgets a document with its passages; false where there is none of that id. */
    async forget(tenant: string, id: string): Promise<boolean> {
      return inTransaction(pool, async (connection) => {
        await lockRevision(connection, tenant);
        const { rows } = await connection.query<{ passages: number }>(
          "delete from flame.documents where tenant = $1 and id = $2 returning passages",
          [tenant, id],
        );
        const [gone] = rows;
        if (gone) await raiseRevision(connection, tenant, -gone.passages);
        return gone !== undefined;
      });
    },

    /** Documents by id, from the one after `after` on. */
    async list(tenant: string, limit: number, after = ""): Promise<readonly DocumentRecord[]> {
      const { rows } = await pool.query<DocumentRecord>(
        `${SELECT_DOCUMENT} where tenant = $1 and id > $3 order by id limit $4`,
        [tenant, embedding.id, after, limit],
      );
      return rows;
    },

    async find(tenant: string, id: string): Promise<DocumentRecord | undefined> {
      const { rows } = await pool.query<DocumentRecord>(`${SELECT_DOCUMENT} where tenant = $1 and id = $3`, [
        tenant,
        embedding.id,
        id,
      ]);
      return rows[0];
    },

    /** The passages nearest to the vector, best first; of equally near ones the earlier document and place. */
    async search(
      tenant: string,
      vector: readonly number[],
      { passages, similarity }: { readonly passages: number; readonly similarity: number },
    ): Promise<readonly FoundPassage[]> {
      // The condition on the length and the cast are those of the index, which PostgreSQL would not use otherwise.
      const { rows } = await pool.query<FoundPassage>(
        `select found.document, documents.title, found.heading, found.position, found.content, found.similarity
         from (
           select tenant, document, position, heading, content,
             1 - (embedding::vector(${dimensions}) <=> $2::vector(${dimensions})) as similarity
           from flame.passages
           where tenant = $1 and embedding_id = $3 and vector_dims(embedding) = ${dimensions}
           order by embedding::vector(${dimensions}) <=> $2::vector(${dimensions})
           limit $4
         ) as found
         join flame.documents on documents.tenant = found.tenant and documents.id = found.document
         where found.similarity >= $5
         order by found.similarity desc, found.document, found.position`,
        [tenant, vectorText(vector), embedding.id, passages, similarity],
      );
      return rows;
    },
  };
}

/** Writes a document with its passages in the place of what has its id. */
async function write(
  { pool, embedding }: { readonly pool: Pool; readonly embedding: Embedding },
  tenant: string,
  document: NewDocument,
  hash: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly state: "created" | "replaced"; readonly passages: number }> {
  const passages = passagesOf(sectionsOf(document.content, document.mediaType));
  const vectors = await embedding.embed(
    passages.map(({ heading, content }) => `${document.title}\n${heading}\n${content}`),
    signal,
  );
  const state = await inTransaction(pool, async (connection): Promise<"created" | "replaced"> => {
    await lockRevision(connection, tenant);
    const before = await stored(connection, tenant, document.id);
    await connection.query(
      `insert into flame.documents (tenant, id, title, media_type, content_hash, embedding_id, passages)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (tenant, id) do update set title = excluded.title, media_type = excluded.media_type,
         content_hash = excluded.content_hash, embedding_id = excluded.embedding_id,
         passages = excluded.passages, updated_at = now()`,
      [tenant, document.id, document.title, document.mediaType, hash, embedding.id, passages.length],
    );
    await connection.query("delete from flame.passages where tenant = $1 and document = $2", [tenant, document.id]);
    for (let start = 0; start < passages.length; start += INSERT_BATCH) {
      const batch = passages.slice(start, start + INSERT_BATCH);
      await connection.query(
        `insert into flame.passages (tenant, document, position, heading, content, embedding_id, embedding)
         select $1, $2, $3 + given.place, given.heading, given.content, $4, given.embedding::vector
         from unnest($5::text[], $6::text[], $7::text[])
           with ordinality as given (heading, content, embedding, place)`,
        [
          tenant,
          document.id,
          start,
          embedding.id,
          batch.map(({ heading }) => heading),
          batch.map(({ content }) => content),
          vectors.slice(start, start + INSERT_BATCH).map(vectorText),
        ],
      );
    }
    await raiseRevision(connection, tenant, passages.length - (before?.passages ?? 0));
    return before ? "replaced" : "created";
  });
  if (passages.length >= ANALYSE_PASSAGES) await pool.query("analyze flame.passages");
  return { state, passages: passages.length };
}

const SELECT_DOCUMENT = `select id, title, media_type as "mediaType", passages, embedding_id = $2 as searchable,
  created_at as "createdAt", updated_at as "updatedAt" from flame.documents`;

async function stored(connection: Queryable, tenant: string, id: string) {
  const { rows } = await connection.query<{ hash: string; embedding: string; passages: number }>(
    `select content_hash as hash, embedding_id as embedding, passages from flame.documents where tenant = $1 and id = $2`,
    [tenant, id],
  );
  return rows[0];
}

/** Has changes of a tenant's documents follow one another, so that counts and revisions are right. */
async function lockRevision(connection: PoolClient, tenant: string): Promise<void> {
  await connection.query(
    "insert into flame.knowledge (tenant, revision, passages) values ($1, 0, 0) on conflict (tenant) do nothing",
    [tenant],
  );
  await connection.query("select 1 from flame.knowledge where tenant = $1 for update", [tenant]);
}

async function raiseRevision(connection: PoolClient, tenant: string, addedPassages: number): Promise<void> {
  await connection.query(
    "update flame.knowledge set revision = revision + 1, passages = passages + $2 where tenant = $1",
    [tenant, addedPassages],
  );
  await connection.query("delete from flame.cached_answers where tenant = $1", [tenant]);
}

/** Of all that a reader would see or be told: another title is another document. */
function hashOf({ title, mediaType, content }: NewDocument): string {
  return createHash("sha256")
    .update(JSON.stringify([title, mediaType, content]))
    .digest("hex");
}
