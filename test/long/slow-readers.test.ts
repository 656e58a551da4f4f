import { expect, it } from "vitest";
import { STREAMING_ROUTES, slowReaders } from "../../apps/flame-agent/src/testing/slow-readers.ts";

const CLIENTS = 50;
/** What fifty may take together, in MiB: what some five of them did where nothing was bounded and no model held back. */
const GROWTH_MAX_MIB = 850;

it.each(STREAMING_ROUTES)("fifty clients that don't read a 20 MB answer of $path", async (route) => {
  const { statuses, growthMiB } = await slowReaders(route, CLIENTS, 300_000);
  console.info(`${route.path}: ${growthMiB} MiB more`);
  expect(statuses).toEqual(Array.from({ length: CLIENTS }, () => 200));
  expect(growthMiB).toBeLessThan(GROWTH_MAX_MIB);
});
