import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { placeOf } from "../place.ts";
import { temporaryFolder } from "../testing/plan.ts";
import { clearDeadLocks } from "./dead-lock.ts";

const quiet = () => undefined;

async function locked(lock: object) {
  const place = placeOf("dev", await temporaryFolder());
  const path = join(place.locks, "organization", "blueprint", "dev", "1.json");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify({ username: "ada", hostname: hostname(), ...lock }));
  await writeFile(`${path}.attrs`, "{}");
  return { place, path };
}

/** The id of a process that has ended. */
async function endedProcess(): Promise<number> {
  const run = execa(process.execPath, ["--eval", ""]);
  await run;
  return run.pid ?? 0;
}

it("takes away the lock of a process that is gone, and says so", async () => {
  const pid = await endedProcess();
  const { place, path } = await locked({ pid, timestamp: new Date().toISOString() });
  const said = await clearDeadLocks("dev", place, 0, quiet);
  expect(said).toEqual([expect.stringContaining(`took away the lock of process ${pid}, which is gone`)]);
  expect([existsSync(path), existsSync(`${path}.attrs`)]).toEqual([false, false]);
});

it.runIf(process.platform === "linux")("takes a later process of the same id for another one", async () => {
  const { place, path } = await locked({ pid: process.pid, timestamp: "2001-01-01T00:00:00Z" });
  expect(await clearDeadLocks("dev", place, 0, quiet)).toHaveLength(1);
  expect(existsSync(path)).toBe(false);
});

it("leaves the lock of a process that works, and names the process", async () => {
  const { place, path } = await locked({ pid: process.pid, timestamp: new Date().toISOString() });
  await expect(clearDeadLocks("dev", place, 0, quiet)).rejects.toThrow(
    new RegExp(`another operation works on it: process ${process.pid} of ada`),
  );
  expect(existsSync(path)).toBe(true);
});

it("leaves another machine's lock, whose process can't be seen from here", async () => {
  const timestamp = new Date().toISOString();
  const { place, path } = await locked({ pid: 1, hostname: `${hostname()}-2`, timestamp });
  await expect(clearDeadLocks("dev", place, 0, quiet)).rejects.toThrow(/on .+-2 has locked its state/);
  expect(existsSync(path)).toBe(true);
});

it("looks at no other environment's locks", async () => {
  const { place, path } = await locked({ pid: await endedProcess(), timestamp: new Date().toISOString() });
  expect(await clearDeadLocks("staging", place, 0, quiet)).toEqual([]);
  expect(existsSync(path)).toBe(true);
});
