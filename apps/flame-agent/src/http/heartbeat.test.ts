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
const bytes = (words: string) => new TextEncoder().encode(words);

describe("an event stream", () => {
  it("gets a comment line after each interval of silence", async () => {
    const { readable } = source();
    const reader = withHeartbeats(readable, 15_000, String).getReader();
    for (let silence = 0; silence < 3; silence += 1) {
      const next = reader.read();
      await vi.advanceTimersByTimeAsync(14_999);
      let came = false;
      void next.then(() => {
        came = true;
      });
      await vi.advanceTimersByTimeAsync(0);
      expect(came).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(text((await next).value)).toBe(": heartbeat\n\n");
    }
  });

  it("gets none while it speaks, and loses nothing that comes behind one", async () => {
    const { readable, writer } = source();
    const reader = withHeartbeats(readable, 15_000, String).getReader();
    for (const word of ["one\n\n", "two\n\n", "three\n\n"]) {
      const next = reader.read();
      await vi.advanceTimersByTimeAsync(14_000);
      void writer.write(bytes(word));
      expect(text((await next).value)).toBe(word);
    }
    const silent = reader.read();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(text((await silent).value)).toBe(": heartbeat\n\n");
    void writer.write(bytes("four\n\n"));
    expect(text((await reader.read()).value)).toBe("four\n\n");
    await Promise.all([writer.close(), expect(reader.read()).resolves.toMatchObject({ done: true })]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gets none in the middle of an event", async () => {
    const { readable, writer } = source();
    const reader = withHeartbeats(readable, 15_000, String).getReader();
    void writer.write(bytes("data: half"));
    expect(text((await reader.read()).value)).toBe("data: half");
    const rest = reader.read();
    await vi.advanceTimersByTimeAsync(60_000);
    void writer.write(bytes(" an event\n\n"));
    expect(text((await rest).value)).toBe(" an event\n\n");
  });

  it("piles up none for a reader that doesn't read", async () => {
    const { readable, writer } = source();
    const reader = withHeartbeats(readable, 15_000, String).getReader();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(vi.getTimerCount()).toBe(0);
    void writer.write(bytes("one\n\n"));
    expect(text((await reader.read()).value)).toBe("one\n\n");
  });

  it("ends with a word of its own where it fails, passes on its cancelling, and stops its clock", async () => {
    const failing = source();
    const failures: unknown[] = [];
    const brokenOff = (error: unknown) => {
      failures.push(error instanceof Error && error.message);
      return "the end";
    };
    const reader = withHeartbeats(failing.readable, 15_000, brokenOff).getReader();
    const next = reader.read();
    failing.writer.abort(new Error("broken")).catch(() => {});
    expect([text((await next).value), (await reader.read()).done, failures]).toEqual(["the end", true, ["broken"]]);

    const cancelled = source();
    const body = withHeartbeats(cancelled.readable, 15_000, String);
    await body.cancel("gone");
    await expect(cancelled.writer.closed).rejects.toBe("gone");
    expect(vi.getTimerCount()).toBe(0);
  });
});
