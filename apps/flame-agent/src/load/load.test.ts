import { totalmem } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LoadReadings, watchLoad } from "./load.ts";
import { MessageAccumulator } from "./message-accumulator.ts";
import { RecentRequests } from "./recent-requests.ts";

const CALM: LoadReadings = { residentMiB: 400, heapUsedMiB: 100, limitMiB: 1_000, eventLoopMilliseconds: 5 };
const SHED = { memoryPercent: 90, eventLoopMilliseconds: 500 };

describe("the watch over the load", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("says what there is too much of, since when, and that it is over", () => {
    let readings = CALM;
    const load = watchLoad(SHED, () => readings);
    expect([load.overload, load.overloadSeconds]).toEqual([undefined, 0]);
    readings = { ...CALM, residentMiB: 901 };
    vi.advanceTimersByTime(500);
    expect(load.overload).toBe("memory");
    readings = { ...CALM, eventLoopMilliseconds: 501 };
    vi.advanceTimersByTime(2_000);
    expect([load.overload, load.overloadSeconds]).toEqual(["event loop", 1]);
    readings = CALM;
    vi.advanceTimersByTime(500);
    expect([load.overload, load.overloadSeconds]).toEqual([undefined, 0]);
    load.stop();
    readings = { ...CALM, residentMiB: 999 };
    vi.advanceTimersByTime(5_000);
    expect(load.overload).toBeUndefined();
  });

  it("takes one long pause of the event loop for no overload", () => {
    let readings = CALM;
    const load = watchLoad(SHED, () => readings);
    readings = { ...CALM, eventLoopMilliseconds: 5_000 };
    vi.advanceTimersByTime(500);
    expect(load.overload).toBeUndefined();
    vi.advanceTimersByTime(500);
    expect(load.overload).toBe("event loop");
    load.stop();
  });

  it("allows exactly the threshold", () => {
    const load = watchLoad(SHED, () => ({ ...CALM, residentMiB: 900, eventLoopMilliseconds: 500 }));
    expect(load.overload).toBeUndefined();
    load.stop();
  });
});

it("the process can be read", async () => {
  const load = watchLoad({ memoryPercent: 100, eventLoopMilliseconds: 60_000 });
  expect(load.readings.residentMiB).toBeGreaterThan(30);
  expect(load.readings.limitMiB).toBeGreaterThan(load.readings.residentMiB);
  expect(load.readings.eventLoopMilliseconds).toBeGreaterThanOrEqual(0);
  load.stop();
});

it.each([
  { why: "the container's", constrained: 256 * 1024 * 1024, limitMiB: 256 },
  { why: "the machine's without one", constrained: 0, limitMiB: totalmem() / 1024 / 1024 },
  { why: "the machine's below it", constrained: 2 ** 62, limitMiB: totalmem() / 1024 / 1024 },
])("the limit of the memory is $why", ({ constrained, limitMiB }) => {
  const told = vi.spyOn(process, "constrainedMemory").mockReturnValue(constrained);
  const load = watchLoad({ memoryPercent: 100, eventLoopMilliseconds: 60_000 });
  told.mockRestore();
  expect(load.readings.limitMiB).toBe(limitMiB);
  load.stop();
});

describe("the requests of the last minute", () => {
  it("are summed up, and forgotten after it", () => {
    const recent = new RecentRequests();
    expect(recent.summary(0)).toEqual({ requests: 0, errorRate: 0, averageResponseMilliseconds: 0 });
    recent.add(100, false, 1_000);
    recent.add(300, true, 1_500);
    recent.add(200, false, 30_000);
    expect(recent.summary(59_000)).toEqual({ requests: 3, errorRate: 1 / 3, averageResponseMilliseconds: 200 });
    expect(recent.summary(61_000)).toEqual({ requests: 1, errorRate: 0, averageResponseMilliseconds: 200 });
    recent.add(500, false, 61_000);
    expect(recent.summary(61_000).averageResponseMilliseconds).toBe(350);
    expect(recent.summary(200_000).requests).toBe(0);
  });
});

describe("the messages held", () => {
  it("are the last ones, and one that comes again takes its place", () => {
    const held = new MessageAccumulator<string>(3);
    held.add("a", "1");
    held.add("b");
    held.add("b");
    held.add("A", "1");
    expect([held.all(), held.dropped]).toEqual([["A", "b", "b"], 0]);
    held.add("c", "3");
    expect([held.all(), held.dropped]).toEqual([["b", "b", "c"], 1]);
  });

  it("stay bounded, whatever comes", () => {
    const held = new MessageAccumulator<number>(1_000);
    for (let message = 0; message < 10_000; message += 1) held.add(message);
    expect([held.all().length, held.all()[0], held.dropped]).toEqual([1_000, 9_000, 9_000]);
  });
});
