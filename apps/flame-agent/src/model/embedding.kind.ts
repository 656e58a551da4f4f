/** Turns text into vectors of length 1, so that the cosine of two says how much they have in common. */
export interface Embedding {
  /** Names model and length: vectors of different ids are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /** One vector for each text, in the same order. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (readonly number[])[]>;
}
