import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { EmbeddingConfiguration } from "../configuration.ts";
import type { Embedding } from "./embedding.kind.ts";
import { offlineEmbedding } from "./embedding.offline.ts";

/** Texts in one request to a server: below the limit of every server in use. */
const BATCH = 64;

/** The embedding that the configuration names. */
export function embeddingFor(configuration: EmbeddingConfiguration): Embedding {
  if (configuration.kind === "offline") return offlineEmbedding();
  const { name, dimensions, baseUrl, apiKey } = configuration;
  const model = createOpenAICompatible({ name: "openai-compatible", baseURL: baseUrl, apiKey }).embeddingModel(name);
  return {
    id: `${name}/${dimensions}`,
    dimensions,
    async embed(texts, abortSignal) {
      const vectors: number[][] = [];
      for (let start = 0; start < texts.length; start += BATCH) {
        const values = texts.slice(start, start + BATCH);
        const { embeddings } = await model.doEmbed({ values, abortSignal });
        if (embeddings.length !== values.length)
          throw new Error(`The embedding server answered ${values.length} texts with ${embeddings.length} vectors`);
        for (const vector of embeddings) {
          if (vector.length !== dimensions)
            throw new Error(
              `FLAME_EMBEDDING_DIMENSIONS: ${dimensions}, but "${name}" gives vectors of ${vector.length}; fix: set ${vector.length}`,
            );
          vectors.push(normalised(vector));
        }
      }
      return vectors;
    },
  };
}

/** The vector in the same direction with length 1; one of zeros stays as it is. */
export function normalised(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? [...vector] : vector.map((value) => value / length);
}
