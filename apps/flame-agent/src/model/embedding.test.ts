import { createServer } from "node:http";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../testing/folder.ts";
import { isCommonWord, wordsOf } from "./embedding.offline.ts";
import { embeddingFor, normalised } from "./embedding.ts";

const offline = embeddingFor({ kind: "offline" });

async function similarity(one: string, other: string): Promise<number> {
  const [a = [], b = []] = await offline.embed([one, other]);
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

describe("the offline embedding", () => {
  it("gives each text a vector of length 1, the same each time and in the same order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: "grapheme", maxLength: 60 }), { maxLength: 40 }), async (texts) => {
        const vectors = await offline.embed(texts);
        expect(vectors).toHaveLength(texts.length);
        for (const [index, vector] of vectors.entries()) {
          expect(vector).toHaveLength(384);
          expect(Math.hypot(...vector)).toBeCloseTo(1, 10);
          expect((await offline.embed([texts[index] ?? ""]))[0]).toEqual(vector);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("tells its id and length", () => {
    expect(offline).toMatchObject({ id: "offline-1/384", dimensions: 384 });
  });

  it.each([
    { one: "How do I reset my password?", other: "how do i RESET the password", least: 0.98, most: 1 },
    { one: "What's the refund policy", other: "What is the refund policy?", least: 0.98, most: 1 },
    { one: "Café zählen", other: "cafe zahlen", least: 0.999, most: 1.001 },
    { one: "one deployment", other: "many deploys", least: 0.05, most: 0.6 },
    { one: "capital of France", other: "capital of Spain", least: 0.3, most: 0.7 },
    { one: "How do I reset my password?", other: "What are the opening hours?", least: -0.2, most: 0.2 },
    { one: "", other: "?!", least: 1, most: 1 },
  ])("puts $one and $other as near as their words are", async ({ one, other, least, most }) => {
    const found = await similarity(one, other);
    expect(found).toBeGreaterThanOrEqual(least);
    expect(found).toBeLessThanOrEqual(most);
  });

  it("lets others work between batches of a long document, and stops with its signal", async () => {
    const stop = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 0);
    await offline.embed(new Array(400).fill("a long document's passage ".repeat(30)), stop.signal);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    stop.abort();
    await expect(offline.embed(new Array(33).fill("text"), stop.signal)).rejects.toThrow(/abort/i);
    await expect(offline.embed(new Array(32).fill("text"), stop.signal)).resolves.toHaveLength(32);
  });

  it("reads words in any script, and knows which say nothing", () => {
    expect(wordsOf("Ünïcode, 漢字 & R2-D2!")).toEqual(["unicode", "漢字", "r2", "d2"]);
    expect(wordsOf("?!")).toEqual([]);
    expect([isCommonWord("the"), isCommonWord("refund")]).toEqual([true, false]);
  });
});

describe("an embedding server", () => {
  async function server(answer: (input: string[]) => unknown) {
    const requests: { path: string; key: string | undefined; body: { model: string; input: string[] } }[] = [];
    const listening = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const body: { model: string; input: string[] } = JSON.parse(text);
      requests.push({ path: request.url ?? "", key: request.headers.authorization, body });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ object: "list", data: answer(body.input), usage: { prompt_tokens: 1 } }));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void listening.close());
    await until("the server listens", () => listening.listening);
    const address = listening.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const embedding = embeddingFor({
      kind: "openai-compatible",
      baseUrl: `http://127.0.0.1:${port}/v1`,
      name: "vectors",
      dimensions: 2,
      apiKey: "planted-key",
    });
    return { requests, embedding };
  }
  const vectors = (input: string[], embedding: number[]) =>
    input.map((_, index) => ({ object: "embedding", index, embedding }));

  it("is asked by name with its key, in batches, and its vectors are brought to length 1", async () => {
    const { requests, embedding } = await server((input) => vectors(input, [3, 4]));
    expect(embedding).toMatchObject({ id: "vectors/2", dimensions: 2 });
    const found = await embedding.embed(new Array(65).fill("text"));
    expect(found).toEqual(new Array(65).fill([0.6, 0.8]));
    expect(requests.map(({ body }) => body.input.length)).toEqual([64, 1]);
    expect(requests[0]).toMatchObject({
      path: "/v1/embeddings",
      key: "Bearer planted-key",
      body: { model: "vectors" },
    });
  });

  it("that gives vectors of another length is told with the setting that mends it", async () => {
    const { embedding } = await server((input) => vectors(input, [1, 0, 0]));
    await expect(embedding.embed(["text"])).rejects.toThrow(
      'FLAME_EMBEDDING_DIMENSIONS: 2, but "vectors" gives vectors of 3; fix: set 3',
    );
  });

  it("that forgets a text is told", async () => {
    const { embedding } = await server(() => []);
    await expect(embedding.embed(["text"])).rejects.toThrow("answered 1 texts with 0 vectors");
  });

  it("is not asked about nothing", async () => {
    const { requests, embedding } = await server(() => []);
    expect(await embedding.embed([])).toEqual([]);
    expect(requests).toEqual([]);
  });
});

it("a vector of zeros keeps its direction, which is none", () => {
  expect(normalised([0, 0])).toEqual([0, 0]);
  expect(normalised([0, 5])).toEqual([0, 1]);
});
