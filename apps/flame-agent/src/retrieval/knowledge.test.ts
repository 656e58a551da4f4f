import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database/index.ts";
import type { Embedding } from "../model/embedding.kind.ts";
import { DRIVERS, testDatabase } from "../testing/database.ts";
import { createKnowledge, type NewDocument } from "./knowledge.ts";
import { ensureVectorIndexes } from "./vector-index.ts";

/** Vectors by hand: the number after the last `@` is the angle to the question, in degrees. */
function angles(id = "angles/2"): Embedding & { asked: string[][] } {
  const asked: string[][] = [];
  return {
    id,
    dimensions: 2,
    asked,
    embed: async (texts) => {
      asked.push([...texts]);
      return texts.map((text) => vectorAt(Number(/@(\d+)\D*$/.exec(text)?.[1] ?? 0)));
    },
  };
}
const vectorAt = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
const QUESTION = vectorAt(0);
const ALL = { passages: 20, similarity: -1 };

const document = (id: string, content: string, more: Partial<NewDocument> = {}): NewDocument => ({
  id,
  title: id,
  mediaType: "text/plain",
  content,
  ...more,
});

describe.each(DRIVERS)("knowledge on %s", (driver) => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase(driver);
    await ensureVectorIndexes(database.pool, 2);
  });
  afterAll(() => database.close());

  it("answers each of many questions at once with its own answer", async () => {
    const asked = Array.from({ length: 200 }, (_, index) => String(index));
    const found = await Promise.all(
      asked.map((number) =>
        database.pool.query("select $1::text as number, $2::int as twice", [number, Number(number) * 2]),
      ),
    );
    expect(found.map(({ rows }) => rows[0])).toEqual(asked.map((number) => ({ number, twice: Number(number) * 2 })));
  });

  const revisionOf = async (tenant: string) => {
    const { rows } = await database.pool.query<{ revision: string; passages: string }>(
      "select revision, passages from flame.knowledge where tenant = $1",
      [tenant],
    );
    return rows[0] && { revision: Number(rows[0].revision), passages: Number(rows[0].passages) };
  };

  it("learns a document once, and again only what changed", async () => {
    const embedding = angles();
    const knowledge = createKnowledge(database.pool, embedding);
    const first = document("a", "# One\nx\n\n# Two\ny", { mediaType: "text/markdown" });
    expect(await knowledge.learn("once", first)).toEqual({ state: "created", passages: 2 });
    expect(embedding.asked).toEqual([["a\nOne\nx", "a\nTwo\ny"]]);
    expect(await revisionOf("once")).toEqual({ revision: 1, passages: 2 });

    expect(await knowledge.learn("once", first)).toEqual({ state: "unchanged", passages: 2 });
    expect(embedding.asked).toHaveLength(1);
    expect(await revisionOf("once")).toEqual({ revision: 1, passages: 2 });

    for (const [count, changed] of [
      { ...first, content: "z" },
      { ...first, content: "z", title: "A" },
      { ...first, content: "z", title: "A", mediaType: "text/plain" as const },
    ].entries()) {
      expect(await knowledge.learn("once", changed)).toEqual({ state: "replaced", passages: 1 });
      expect(await revisionOf("once")).toEqual({ revision: 2 + count, passages: 1 });
    }
    expect(await knowledge.search("once", QUESTION, ALL)).toMatchObject([{ title: "A", content: "z" }]);
  });

  it("learns a document of many passages in their order", async () => {
    const knowledge = createKnowledge(database.pool, angles());
    const content = Array.from({ length: 450 }, (_, index) => `# H${index}\n${index}`).join("\n");
    expect(await knowledge.learn("many", document("a", content, { mediaType: "text/markdown" }))).toEqual({
      state: "created",
      passages: 450,
    });
    const { rows } = await database.pool.query(
      "select position, content from flame.passages where tenant = 'many' order by position",
    );
    expect(rows).toEqual(Array.from({ length: 450 }, (_, index) => ({ position: index + 1, content: String(index) })));
  });

  it("has the planner know of many new passages at once", async () => {
    const { rows } = await database.pool.query<{ known: number }>(
      "select reltuples as known from pg_class where oid = 'flame.passages'::regclass",
    );
    expect(rows[0]?.known).toBeGreaterThanOrEqual(450);
  });

  it("keeps the whole of a document or nothing, when it is learnt by several at once", async () => {
    const knowledge = createKnowledge(database.pool, angles());
    const versions = Array.from({ length: 6 }, (_, index) => document("a", `version ${index}\n\n`.repeat(index + 1)));
    const states = await Promise.all(versions.map((version) => knowledge.learn("race", version)));
    expect(states.filter(({ state }) => state === "created")).toHaveLength(1);
    expect(await revisionOf("race")).toEqual({ revision: 6, passages: 1 });
    expect(await knowledge.list("race", 10)).toHaveLength(1);
    expect(await knowledge.search("race", QUESTION, ALL)).toHaveLength(1);
  });

  it("finds the nearest passages first, down to the least similarity and not below it", async () => {
    const knowledge = createKnowledge(database.pool, angles());
    for (const angle of [60, 0, 90, 30, 61])
      await knowledge.learn("near", document(`d${angle}`, `at @${angle}`, { title: `T${angle}` }));
    const found = await knowledge.search("near", QUESTION, { passages: 10, similarity: 0.4999 });
    expect(found.map(({ document }) => document)).toEqual(["d0", "d30", "d60"]);
    expect(found[0]).toEqual({
      document: "d0",
      title: "T0",
      heading: "",
      position: 1,
      content: "at @0",
      similarity: 1,
    });
    expect(found[2]?.similarity).toBeCloseTo(0.5, 5);
    expect(await knowledge.search("near", QUESTION, { passages: 2, similarity: -1 })).toHaveLength(2);
    expect(await knowledge.search("near", QUESTION, { passages: 10, similarity: 1 })).toHaveLength(1);
  });

  it("puts equally near passages in the order of documents and places", async () => {
    const knowledge = createKnowledge(database.pool, angles());
    for (const id of ["b", "c", "a"])
      await knowledge.learn("tie", document(id, `# 1\nx @10\n\n# 2\ny @10`, { mediaType: "text/markdown" }));
    const found = await knowledge.search("tie", QUESTION, ALL);
    expect(found.map(({ document, position }) => `${document}${position}`)).toEqual([
      "a1",
      "a2",
      "b1",
      "b2",
      "c1",
      "c2",
    ]);
  });

  it("finds a tenant's own passages only, also where other tenants' are nearer", async () => {
    const knowledge = createKnowledge(database.pool, angles());
    for (let index = 0; index < 30; index += 1)
      await knowledge.learn("other", document(`o${index}`, `near @${index % 3}`));
    await knowledge.learn("own", document("mine", "far @80"));
    expect((await knowledge.search("own", QUESTION, ALL)).map(({ document }) => document)).toEqual(["mine"]);
    expect(await knowledge.search("nobody", QUESTION, ALL)).toEqual([]);
    expect(await knowledge.find("own", "o1")).toBeUndefined();
    expect(await knowledge.forget("own", "o1")).toBe(false);
    expect(await knowledge.find("other", "o1")).toMatchObject({ id: "o1" });
  });

  it("forgets a document with its passages, and raises the revision by that", async () => {
    const knowledge = createKnowledge(database.pool, angles());
    await knowledge.learn("gone", document("a", "text"));
    await knowledge.learn("gone", document("b", "text"));
    expect(await knowledge.forget("gone", "a")).toBe(true);
    expect(await revisionOf("gone")).toEqual({ revision: 3, passages: 1 });
    expect(await knowledge.forget("gone", "a")).toBe(false);
    expect(await revisionOf("gone")).toEqual({ revision: 3, passages: 1 });
    expect((await knowledge.search("gone", QUESTION, ALL)).map(({ document }) => document)).toEqual(["b"]);
  });

  it("lists documents by id, page by page", async () => {
    const knowledge = createKnowledge(database.pool, angles());
    for (const id of ["c", "a", "b"]) await knowledge.learn("pages", document(id, "text", { title: `T ${id}` }));
    expect((await knowledge.list("pages", 2)).map(({ id }) => id)).toEqual(["a", "b"]);
    expect((await knowledge.list("pages", 2, "b")).map(({ id }) => id)).toEqual(["c"]);
    expect(await knowledge.find("pages", "a")).toEqual({
      id: "a",
      title: "T a",
      mediaType: "text/plain",
      passages: 1,
      searchable: true,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
  });

  it("doesn't compare vectors of different embeddings, and learns such a document anew", async () => {
    const before = createKnowledge(database.pool, angles("old/2"));
    const after = createKnowledge(database.pool, angles("new/2"));
    await before.learn("change", document("a", "text"));
    expect(await after.search("change", QUESTION, ALL)).toEqual([]);
    expect(await after.find("change", "a")).toMatchObject({ searchable: false });
    expect(await after.learn("change", document("a", "text"))).toEqual({ state: "replaced", passages: 1 });
    expect(await after.search("change", QUESTION, ALL)).toHaveLength(1);
    expect(await before.search("change", QUESTION, ALL)).toEqual([]);
  });

  it("throws away the tenant's cached answers with each change, and no other tenant's", async () => {
    const knowledge = createKnowledge(database.pool, angles());
    const cached = async () =>
      (await database.pool.query("select tenant from flame.cached_answers where tenant like 'cached-%' order by 1"))
        .rows;
    await database.pool.query(
      `insert into flame.cached_answers (tenant, scope, revision, literals, answer, citations, embedding, expires_at)
       values ('cached-a', '', 0, '', '', '[]', '[1,0]', now()), ('cached-b', '', 0, '', '', '[]', '[1,0]', now())`,
    );
    await knowledge.learn("cached-a", document("a", "text"));
    expect(await cached()).toEqual([{ tenant: "cached-b" }]);
  });

  it("keeps nothing of a document whose embedding fails", async () => {
    const broken: Embedding = { ...angles(), embed: () => Promise.reject(new Error("the server is away")) };
    const knowledge = createKnowledge(database.pool, broken);
    await expect(knowledge.learn("broken", document("a", "text"))).rejects.toThrow("the server is away");
    expect(await knowledge.list("broken", 10)).toEqual([]);
    expect(await revisionOf("broken")).toBeUndefined();
  });

  it("has an HNSW index for each length of vectors, once, and searches by it", async () => {
    await Promise.all([1, 2, 3, 4].map(() => ensureVectorIndexes(database.pool, 3)));
    await ensureVectorIndexes(database.pool, 3);
    const { rows } = await database.pool.query(
      "select indexname from pg_indexes where schemaname = 'flame' and indexdef like '%hnsw%' order by 1",
    );
    expect(rows.map(({ indexname }) => indexname)).toEqual([
      "cached_answers_embedding_2",
      "cached_answers_embedding_3",
      "passages_embedding_2",
      "passages_embedding_3",
    ]);
    const plan = await database.pool.query<{ "QUERY PLAN": string }>(
      `explain select 1 from flame.passages where vector_dims(embedding) = 2
       order by embedding::vector(2) <=> '[1,0]'::vector(2) limit 3`,
    );
    expect(plan.rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("passages_embedding_2");
  });
});
