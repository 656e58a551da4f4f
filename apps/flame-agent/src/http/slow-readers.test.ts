import { expect, it } from "vitest";
import { STREAMING_ROUTES, slowReaders } from "../testing/slow-readers.ts";

const CLIENTS = 10;
/** What they may take together: five clients took 844 MiB more where the model wasn't held back. */
const GROWTH_MAX_MIB = 400;

it.each(STREAMING_ROUTES)(
  "clients that don't read a 20 MB answer of $path take little memory each",
  { timeout: 300_000 },
  async (route) => {
    const { statuses, growthMiB } = await slowReaders(route, {
      clients: CLIENTS,
      boundMilliseconds: 120_000,
      heldSeconds: 0,
    });
    expect(statuses).toEqual(Array.from({ length: CLIENTS }, () => 200));
    expect(growthMiB).toBeLessThan(GROWTH_MAX_MIB);
  },
);
