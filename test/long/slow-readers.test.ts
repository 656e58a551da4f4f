import { expect, it } from "vitest";
import { STREAMING_ROUTES, slowReaders } from "../../apps/flame-agent/src/testing/slow-readers.ts";

const CLIENTS = 50;
/** What fifty may take together, in MiB: half of what five of them did where no model was held back. */
const GROWTH_MAX_MIB = 450;
/** What may come when all are held back, in MiB, and for how long that is looked at. */
const HELD_GROWTH_MAX_MIB = 8;
const HELD_SECONDS = 60;

it.each(STREAMING_ROUTES)("fifty clients that don't read a 20 MB answer of $path", async (route) => {
  const { statuses, growthMiB, heldGrowthMiB } = await slowReaders(route, {
    clients: CLIENTS,
    boundMilliseconds: 300_000,
    heldSeconds: HELD_SECONDS,
  });
  console.info(`${route.path}: ${growthMiB} MiB more, ${heldGrowthMiB} of them while held back for ${HELD_SECONDS} s`);
  expect(statuses).toEqual(Array.from({ length: CLIENTS }, () => 200));
  expect(growthMiB).toBeLessThan(GROWTH_MAX_MIB);
  expect(heldGrowthMiB).toBeLessThan(HELD_GROWTH_MAX_MIB);
});
