import { createHash } from "node:crypto";

/** A source of numbers that look like chance and are the same for the same seed. */
export interface SeededRandom {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  /** One of the items, which must not be none. */
  pick<Item>(items: readonly Item[]): Item;
}

/** Makes a source from a seed: a number and whatever else must tell one source from another. */
export function seededRandom(seed: number, ...about: readonly string[]): SeededRandom {
  const hash = createHash("sha256").update(JSON.stringify([seed, ...about]));
  let state = hash.digest().readUInt32LE(0);
  // Mulberry32: 32 bits of state, which is plenty for tests.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error("Nothing to pick from; fix: give at least one item");
      return item;
    },
  };
}
