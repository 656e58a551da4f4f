import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withHeartbeats } from "./heartbeat.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function source() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return { readable, writer: writable.getWriter() };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

describe("an event stream", () => {
  it("gets a comment line after each interval of silence", async () => {
    const { readable } = source();
    const reader = withHeartbeats(readable, 15_000).getReader();
    vi.advanceTimersByTime(30_000);
    expect(text((await reader.read()).value)).toBe(": heartbeat\n\n");
    expect(text((await reader.read()).value)).toBe(": heartbeat\n\n");
  });

  it("gets none while it speaks", async () => {
    const { readable, writer } = source();
    const reader = withHeartbeats(readable, 15_000).getReader();
    for (const word of ["one", "two", "three"]) {
      vi.advanceTimersByTime(14_000);
      void writer.write(new TextEncoder().encode(word));
      expect(text((await reader.read()).value)).toBe(word);
    }
    await Promise.all([writer.close(), expect(reader.read()).resolves.toMatchObject({ done: true })]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("passes on its failure and its cancelling, and stops its clock", async () => {
    const failing = source();
    const reader = withHeartbeats(failing.readable, 15_000).getReader();
    failing.writer.abort(new Error("broken")).catch(() => {});
    await expect(reader.read()).rejects.toThrow("broken");

    const cancelled = source();
    const body = withHeartbeats(cancelled.readable, 15_000);
    await body.cancel("gone");
    await expect(cancelled.writer.closed).rejects.toBe("gone");
    expect(vi.getTimerCount()).toBe(0);
  });
});
