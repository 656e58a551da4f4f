import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database/index.ts";
import { ensureVectorIndexes } from "../retrieval/vector-index.ts";
import { DRIVERS, testDatabase } from "../testing/database.ts";
import { ANSWERS_PER_TENANT, type Citation, createAnswerCache, sweepAnswers } from "./answers.ts";

const embedding = { id: "angles/2", dimensions: 2, embed: async () => [] };
const vectorAt = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
const CITATION: Citation = { number: 1, document: "d", title: "T", heading: "H", position: 2, similarity: 0.5 };
const ANY = { groundedOnly: false };

describe.each(DRIVERS)("the semantic cache on %s", (driver) => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase(driver);
    await ensureVectorIndexes(database.pool, 2);
  });
  afterAll(() => database.close());

  const cacheOf = ({ similarity = 0.9, ttlSeconds = 60, scope = "s" } = {}) =>
    createAnswerCache(database.pool, embedding, { similarity, ttlSeconds, scope });
  const newTenant = () => crypto.randomUUID();
  const kept = (answer: string, citations: readonly Citation[] = []) => ({ answer, citations, revision: "0" });
  const answerOf = async (cache: ReturnType<typeof cacheOf>, tenant: string, degrees: number, question = "q") =>
    (await cache.look(tenant, question, vectorAt(degrees), ANY)).hit?.answer;

  it("gives an answer again with its citations and how near its question is", async () => {
    const [cache, tenant] = [cacheOf(), newTenant()];
    await cache.keep(tenant, "q", vectorAt(0), kept("the answer [1]", [CITATION]));
    expect(await cache.look(tenant, "q", vectorAt(0), ANY)).toEqual({
      revision: "0",
      passages: 0,
      hit: { answer: "the answer [1]", citations: [CITATION], similarity: 1 },
    });
    const near = await cache.look(tenant, "q", vectorAt(20), ANY);
    expect(near.hit?.similarity).toBeCloseTo(Math.cos((20 * Math.PI) / 180), 5);
  });

  it("has none where nothing is kept", async () => {
    expect(await cacheOf().look(newTenant(), "q", vectorAt(0), ANY)).toEqual({
      revision: "0",
      passages: 0,
      hit: undefined,
    });
  });

  it("gives an answer at the least similarity, and not below it", async () => {
    const [cache, tenant] = [cacheOf({ similarity: 0.5 }), newTenant()];
    await cache.keep(tenant, "q", vectorAt(0), kept("a"));
    expect(await answerOf(cache, tenant, 60)).toBe("a");
    expect(await answerOf(cache, tenant, 60.01)).toBeUndefined();
    const exact = cacheOf({ similarity: 1 });
    expect(await answerOf(exact, tenant, 0)).toBe("a");
    expect(await answerOf(exact, tenant, 1)).toBeUndefined();
  });

  it("gives the nearest answer, and of equally near ones the latest", async () => {
    const [cache, tenant] = [cacheOf({ similarity: 0.5 }), newTenant()];
    await cache.keep(tenant, "q", vectorAt(30), kept("far"));
    await cache.keep(tenant, "q", vectorAt(10), kept("near, first"));
    await cache.keep(tenant, "q", vectorAt(10), kept("near, last"));
    await cache.keep(tenant, "q", vectorAt(40), kept("farthest"));
    expect(await answerOf(cache, tenant, 0)).toBe("near, last");
    expect(await answerOf(cache, tenant, 38)).toBe("farthest");
  });

  it("gives an answer until its time is over, and not at that moment", async () => {
    const [cache, tenant] = [cacheOf({ ttlSeconds: 100 }), newTenant()];
    await cache.keep(tenant, "q", vectorAt(0), kept("a"));
    const { rows } = await database.pool.query<{ left: number }>(
      "select extract(epoch from expires_at - now())::float8 as left from flame.cached_answers where tenant = $1",
      [tenant],
    );
    expect(rows[0]?.left).toBeGreaterThan(95);
    expect(rows[0]?.left).toBeLessThanOrEqual(100);
    expect(await answerOf(cache, tenant, 0)).toBe("a");
    await database.pool.query("update flame.cached_answers set expires_at = now() where tenant = $1", [tenant]);
    expect(await answerOf(cache, tenant, 0)).toBeUndefined();
  });

  it("is the tenant's own, and that of what makes the answers", async () => {
    const tenant = newTenant();
    await cacheOf().keep(tenant, "q", vectorAt(0), kept("a"));
    expect(await answerOf(cacheOf(), newTenant(), 0)).toBeUndefined();
    expect(await answerOf(cacheOf({ scope: "other" }), tenant, 0)).toBeUndefined();
    const other = createAnswerCache(
      database.pool,
      { ...embedding, id: "other/2" },
      { similarity: 0.9, ttlSeconds: 60, scope: "s" },
    );
    expect(await answerOf(other, tenant, 0)).toBeUndefined();
    expect(await answerOf(cacheOf(), tenant, 0)).toBe("a");
  });

  it("gives no answer to a question with other numbers, negations or quotes, however near", async () => {
    const [cache, tenant] = [cacheOf(), newTenant()];
    await cache.keep(tenant, "after 30 days?", vectorAt(0), kept("a"));
    expect(await answerOf(cache, tenant, 0, "after 30 days, please?")).toBe("a");
    expect(await answerOf(cache, tenant, 0, "after 90 days?")).toBeUndefined();
    expect(await answerOf(cache, tenant, 0, "not after 30 days?")).toBeUndefined();
    expect(await answerOf(cache, tenant, 0, "after days?")).toBeUndefined();
  });

  it("gives only what cites documents where that is asked for", async () => {
    const [cache, tenant] = [cacheOf({ similarity: 0.5 }), newTenant()];
    await cache.keep(tenant, "q", vectorAt(10), kept("cites [1]", [CITATION]));
    await cache.keep(tenant, "q", vectorAt(0), kept("cites nothing"));
    expect((await cache.look(tenant, "q", vectorAt(0), { groundedOnly: true })).hit?.answer).toBe("cites [1]");
    expect((await cache.look(tenant, "q", vectorAt(0), ANY)).hit?.answer).toBe("cites nothing");
  });

  it("gives no answer of an earlier revision, nor of one that came late", async () => {
    const [cache, tenant] = [cacheOf(), newTenant()];
    await cache.keep(tenant, "q", vectorAt(0), kept("old"));
    await database.pool.query("insert into flame.knowledge (tenant, revision, passages) values ($1, 7, 12)", [tenant]);
    expect(await cache.look(tenant, "q", vectorAt(0), ANY)).toEqual({ revision: "7", passages: 12, hit: undefined });
    expect(await cache.knowledge(tenant)).toEqual({ revision: "7", passages: 12 });
    await cache.keep(tenant, "q", vectorAt(0), kept("late"));
    expect(await answerOf(cache, tenant, 0)).toBeUndefined();
    await cache.keep(tenant, "q", vectorAt(0), { ...kept("new"), revision: "7" });
    expect(await answerOf(cache, tenant, 0)).toBe("new");
  });

  it("knows of a tenant without documents that there is nothing to search", async () => {
    expect(await cacheOf().knowledge(newTenant())).toEqual({ revision: "0", passages: 0 });
  });

  it("is off where answers live for no time", () => {
    expect(cacheOf({ ttlSeconds: 0 }).enabled).toBe(false);
    expect(cacheOf({ ttlSeconds: 1 }).enabled).toBe(true);
  });

  it("takes any text", async () => {
    const [cache, tenant] = [cacheOf(), newTenant()];
    const odd = { ...CITATION, title: "it's \0 \ud800 “x”" };
    await cache.keep(tenant, "it's", vectorAt(0), kept("a'b", [odd]));
    expect((await cache.look(tenant, "it's", vectorAt(0), ANY)).hit).toMatchObject({
      answer: "a'b",
      citations: [{ title: "it's  \ufffd “x”" }],
    });
  });

  it("is swept of answers whose time is over, and of a tenant's oldest beyond its share", async () => {
    await database.pool.query("delete from flame.cached_answers");
    const [cache, one, other] = [cacheOf({ similarity: 0.5 }), newTenant(), newTenant()];
    for (const answer of ["a", "b", "c"]) await cache.keep(one, "q", vectorAt(0), kept(answer));
    await cache.keep(other, "q", vectorAt(0), kept("d"));
    await cache.keep(other, "q", vectorAt(0), kept("over"));
    await database.pool.query("update flame.cached_answers set expires_at = now() where answer = 'over'");
    const left = async () =>
      (await database.pool.query("select answer from flame.cached_answers order by answer")).rows.map(
        ({ answer }) => answer,
      );
    expect(await sweepAnswers(database.pool)).toBe(1);
    expect(await left()).toEqual(["a", "b", "c", "d"]);
    expect(await sweepAnswers(database.pool, 2)).toBe(1);
    expect(await left()).toEqual(["b", "c", "d"]);
    expect(ANSWERS_PER_TENANT).toBe(10_000);
  });
});
