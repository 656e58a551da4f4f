/** What an answer may take before it counts as large, in bytes: more than a model says in a conversation. */
const LARGE_BYTES = 64 * 1024;
/**
 * Memory that a turn takes until it is stored, for each byte of its answer: Mastra holds each of its pieces, its text, the
 * message that is stored of it and what its stream tells. Measured with an embedded database: 16 answers of 1 MiB at once
 * on `/turns` took up to 280 MiB, of which the heap is two thirds.
 */
const MEMORY_PER_BYTE = 16;
/** Share of the memory that is left over beside an idle agent which large answers may take. */
const SHARE = 0.8;

/** How many answers of the largest size are held at once, of an agent that has so much memory left over when it is idle. */
export function largeAnswersFor(leftMiB: number, answerLimitKiB: number): number {
  return Math.max(1, Math.floor((leftMiB * 1024 * SHARE) / (answerLimitKiB * MEMORY_PER_BYTE)));
}

/** Counts an answer's bytes, and says once when it has become large. */
export function becomesLarge(): (bytes: number) => boolean {
  let total = 0;
  return (bytes) => {
    const before = total;
    total += bytes;
    return before <= LARGE_BYTES && total > LARGE_BYTES;
  };
}
