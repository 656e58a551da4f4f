import { expect, it } from "vitest";
import { learningLine } from "./learning-line.ts";

/** A pool whose connections are all taken, or not. */
const pool = (isFull: boolean) => ({
  idleCount: isFull ? 0 : 1,
  totalCount: 1,
  options: { max: 1, maxUses: 1, allowExitOnIdle: false, maxLifetimeSeconds: 0, idleTimeoutMillis: 0 },
});

/** Work whose end a test says. */
function works(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<string>();
  return {
    run: () => {
      log.push(`${name} begins`);
      return promise;
    },
    end: () => resolve(name),
  };
}

it("has so many learnt at once, in the order of their coming", async () => {
  const log: string[] = [];
  const line = learningLine(pool(false), 2);
  const [a, b, c] = ["a", "b", "c"].map((name) => works(log, name));
  if (!a || !b || !c) throw new Error("three are made");
  const done = [a, b, c].map(({ run }) => line(run));
  await expect.poll(() => log).toEqual(["a begins", "b begins"]);
  b.end();
  expect(await done[1]).toBe("b");
  await expect.poll(() => log).toEqual(["a begins", "b begins", "c begins"]);
  a.end();
  c.end();
  expect(await Promise.all(done)).toEqual(["a", "b", "c"]);
});

it("goes on behind one that failed, and behind one that nobody waits for any more", async () => {
  const line = learningLine(pool(false), 1);
  const first = works([], "first");
  const begun = line(first.run);
  const leaving = new AbortController();
  const left = line(() => Promise.resolve("never"), leaving.signal);
  const failing = line(() => Promise.reject(new Error("too large")));
  const last = line(() => Promise.resolve("last"));
  leaving.abort();
  await expect(left).rejects.toThrow();
  first.end();
  expect(await begun).toBe("first");
  await expect(failing).rejects.toThrow("too large");
  expect(await last).toBe("last");
});

it("leaves the last connection to others for as long as it had it, and answers before", async () => {
  const line = learningLine(pool(true), 1);
  const took = 200;
  const start = performance.now();
  await line(() => new Promise((resolve) => setTimeout(resolve, took)));
  const answered = performance.now() - start;
  await line(() => Promise.resolve());
  const whole = performance.now() - start;
  expect(whole - answered).toBeGreaterThanOrEqual(took - 5);
});
