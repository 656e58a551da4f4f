import type { HeldAt, Remembered } from "../engines/index.ts";
import { reasonOf } from "../failure.ts";
import { step } from "../step.ts";

/** Remembers what serves before an update, by each engine that doesn't keep it by itself. */
export async function rememberServing(held: readonly HeldAt[]): Promise<readonly Remembered[]> {
  const all = await Promise.all(held.map(({ engine, held: one }) => engine.remember(one)));
  // The oldest first: what others wait for was made before them.
  return all.filter((one) => one !== undefined).reverse();
}

/**
 * Brings back what served before an update that failed, where it serves no more. `instead`: also in the place of what has
 * come up and doesn't answer. Resolves with what became of it, in words.
 */
export async function serveOn(remembered: readonly Remembered[], instead: boolean): Promise<readonly string[]> {
  if (remembered.length === 0) return [];
  return step("look whether what served before still does", async (tell) => {
    const said: string[] = [];
    for (const one of remembered) {
      tell(one.name);
      // Whatever comes of it, the failure that led here is what has to be told first.
      const back = await one.bringBack(instead).catch((error: unknown) => reasonOf(error));
      if (back === true) said.push(`${one.name}, as it was before, serves again`);
      else if (back !== false) said.push(`${one.name}, as it was before, can't be brought back (${back})`);
    }
    return said;
  });
}
