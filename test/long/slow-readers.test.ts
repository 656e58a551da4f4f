import { expect, it, onTestFinished } from "vitest";
import { STREAMING_ROUTES, slowReaders } from "../../apps/flame-agent/src/testing/slow-readers.ts";
import { canLimitMemory, limitMemory } from "../support/memory-limit.ts";

const CLIENTS = 50;
/** The agent's default limit, in MiB, and the share of it above which it takes no new requests for a while. */
const LIMIT_MIB = 1024;
const OVERLOADED_SHARE = 0.92;
/** What may still come in the second half of the time that all are held back, in MiB, and how long they are. */
const HELD_GROWTH_MAX_MIB = 8;
const HELD_SECONDS = 60;

// An agent that took more than its limit would have been ended by the kernel, and answers nobody.
it.skipIf(!canLimitMemory).each(STREAMING_ROUTES)(
  "an agent with its default limit holds fifty clients that don't read a 20 MB answer of $path",
  async (route) => {
    const limit = limitMemory(LIMIT_MIB);
    onTestFinished(limit.remove);
    const { statuses, highestMiB, growthMiB, heldGrowthMiB } = await slowReaders(route, {
      clients: CLIENTS,
      boundMilliseconds: 300_000,
      heldSeconds: HELD_SECONDS,
      within: limit.within,
    });
    console.info(
      `${route.path}: at most ${highestMiB} MiB of ${LIMIT_MIB}, ` +
        `${growthMiB} MiB more than before, ${heldGrowthMiB} of them in the second half of ${HELD_SECONDS} s`,
    );
    expect(statuses).toEqual(Array.from({ length: CLIENTS }, () => 200));
    expect(highestMiB).toBeLessThan(LIMIT_MIB * OVERLOADED_SHARE);
    expect(heldGrowthMiB).toBeLessThan(HELD_GROWTH_MAX_MIB);
  },
);
