import { expect, it } from "vitest";
import { usedBetween } from "./containers.ts";

const MIB = 1024 ** 2;
const look = (seconds: number, cpuSeconds: number) => ({
  at: seconds * 1000,
  stats: {
    cpu_stats: { cpu_usage: { total_usage: cpuSeconds * 1e9 } },
    memory_stats: { usage: 500 * MIB, stats: { inactive_file: 100 * MIB } },
    networks: { one: { rx_bytes: MIB, tx_bytes: 0 }, other: { rx_bytes: MIB, tx_bytes: 3 * MIB } },
  },
});

it("what a container uses is its processor time between two looks, and memory without caches", () => {
  expect(usedBetween(look(10, 4), look(12, 7))).toEqual({
    cores: 1.5,
    memoryMiB: 400,
    network: { receivedMiB: 2, sentMiB: 3 },
  });
});

it("a container that was started anew between the looks used nothing before", () => {
  expect(usedBetween(look(10, 4), look(12, 0)).cores).toBe(0);
});
