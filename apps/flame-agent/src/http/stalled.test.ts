import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { whileTaken } from "./stalled.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function taken() {
  const drop = vi.fn();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: 100,
  });
  const writer = writable.getWriter();
  const reader = whileTaken(readable, 60_000, drop).getReader();
  return { drop, reader, write: () => void writer.write(Uint8Array.of(1)), close: () => void writer.close() };
}

it("a reader that takes nothing more of what is there is dropped, after a while", async () => {
  const { drop, reader, write } = taken();
  write();
  write();
  await reader.read();
  await vi.advanceTimersByTimeAsync(59_999);
  expect(drop).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(drop).toHaveBeenCalledOnce();
});

it("one that waits for more isn't, however long", async () => {
  const { drop, reader, write, close } = taken();
  const waiting = reader.read();
  await vi.advanceTimersByTimeAsync(3_600_000);
  write();
  await waiting;
  const last = reader.read();
  close();
  expect((await last).done).toBe(true);
  expect([drop.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
});

it("one that has left isn't any more", async () => {
  const { drop, reader, write } = taken();
  write();
  await reader.read();
  await reader.cancel();
  expect([drop.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
});
