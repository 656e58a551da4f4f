import type { Pool } from "pg";
import { jsonText, vectorText } from "../database/index.ts";
import type { Embedding } from "../model/embedding.kind.ts";
import { literalsOf } from "./literals.ts";

/** A document's passage that an answer refers to by its number. */
export interface Citation {
  /** The number in the answer's brackets: `[1]`. */
  readonly number: number;
  readonly document: string;
  readonly title: string;
  readonly heading: string;
  readonly position: number;
  readonly similarity: number;
}

/** An answer that may be given again. */
export interface CachedAnswer {
  readonly answer: string;
  readonly citations: readonly Citation[];
  /** Cosine similarity of its question to the one asked now. */
  readonly similarity: number;
}

/** What is known of a tenant when a question comes. */
export interface Lookup {
  readonly hit: CachedAnswer | undefined;
  /** The tenant's documents as they were at this moment: an answer made from them is kept for this revision. */
  readonly revision: string;
  /** Passages that could be searched. */
  readonly passages: number;
}

export interface CacheSettings {
  /** Least cosine similarity of a question that may have another one's answer. */
  readonly similarity: number;
  /** How long an answer lives, in seconds; 0 turns the cache off. */
  readonly ttlSeconds: number;
  /** What made the answers (model, instructions): those of another make are never given. */
  readonly scope: string;
}

/** Answers kept for a tenant at most; the oldest go first. */
export const ANSWERS_PER_TENANT = 10_000;

export type AnswerCache = ReturnType<typeof createAnswerCache>;

/**
 * Answers by the meaning of their questions. An answer is given again only to its own tenant, while the tenant's
 * documents are what they were, before its time is over, and to a question with the same numbers, negations and quotes.
 */
export function createAnswerCache(pool: Pool, embedding: Embedding, { similarity, ttlSeconds, scope }: CacheSettings) {
  const { dimensions } = embedding;
  const fullScope = `${scope} ${embedding.id}`;

  return {
    enabled: ttlSeconds > 0,

    /** The tenant's revision and nothing more, where no answer may be given again. */
    async knowledge(tenant: string): Promise<Omit<Lookup, "hit">> {
      const { rows } = await pool.query<{ revision: string; passages: string }>(
        "select revision, passages from flame.knowledge where tenant = $1",
        [tenant],
      );
      return { revision: rows[0]?.revision ?? "0", passages: Number(rows[0]?.passages ?? 0) };
    },

    /**
     * The nearest answer to the question; of equally near ones the latest. `groundedOnly`: one that cites documents,
     * since such an answer depends on nothing that was said in a thread.
     */
    async look(
      tenant: string,
      question: string,
      vector: readonly number[],
      { groundedOnly }: { readonly groundedOnly: boolean },
    ): Promise<Lookup> {
      const { rows } = await pool.query<{
        revision: string;
        passages: string;
        answer: string | null;
        citations: readonly Citation[] | null;
        similarity: number | null;
      }>(
        `with known as (
           select coalesce(max(revision), 0) as revision, coalesce(max(passages), 0) as passages
           from flame.knowledge where tenant = $1
         )
         select known.revision, known.passages, hit.answer, hit.citations, 1 - hit.distance as similarity
         from known left join lateral (
           select answer, citations, id,
             embedding::vector(${dimensions}) <=> $4::vector(${dimensions}) as distance
           from flame.cached_answers
           where tenant = $1 and scope = $2 and revision = known.revision and literals = $3 and expires_at > now()
             and vector_dims(embedding) = ${dimensions} and (not $6::boolean or citations <> '[]'::jsonb)
           order by distance, id desc
           limit 1
         ) as hit on 1 - hit.distance >= $5`,
        [tenant, fullScope, literalsOf(question), vectorText(vector), similarity - ROUNDING, groundedOnly],
      );
      const [row] = rows;
      const known = { revision: row?.revision ?? "0", passages: Number(row?.passages ?? 0) };
      if (row?.answer == null) return { ...known, hit: undefined };
      return {
        ...known,
        hit: { answer: row.answer, citations: row.citations ?? [], similarity: row.similarity ?? 0 },
      };
    },

    /** Keeps an answer for the revision that it was made from; one that is old by now is never found. */
    async keep(
      tenant: string,
      question: string,
      vector: readonly number[],
      { answer, citations, revision }: Pick<CachedAnswer, "answer" | "citations"> & Pick<Lookup, "revision">,
    ): Promise<void> {
      await pool.query(
        `insert into flame.cached_answers
           (tenant, scope, revision, literals, answer, citations, embedding, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7::vector, now() + make_interval(secs => $8))`,
        [
          tenant,
          fullScope,
          revision,
          literalsOf(question),
          answer,
          jsonText(citations),
          vectorText(vector),
          ttlSeconds,
        ],
      );
    },
  };
}

/** Removes answers whose time is over, and the oldest of a tenant that has too many. */
export async function sweepAnswers(pool: Pool, perTenant = ANSWERS_PER_TENANT): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from flame.cached_answers where expires_at <= now() or id in (
       select id from (
         select id, row_number() over (partition by tenant order by id desc) as age from flame.cached_answers
       ) as aged where age > $1
     )`,
    [perTenant],
  );
  return rowCount ?? 0;
}

/** Vectors are kept in single precision: an equal question may come out this much below 1. */
const ROUNDING = 1e-6;
