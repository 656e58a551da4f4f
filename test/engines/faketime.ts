import { existsSync, readdirSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where Debian's libfaketime puts its libraries: a folder for each kind of processor. */
const LIBRARIES = "/usr/lib";
const LIBRARY = "faketime/libfaketimeMT.so.1";

/**
 * The library that gives a process a clock of the test's own. A machine without it skips its suites and says so; where
 * `CI` is set it is an error, since the pipeline installs it.
 */
export function findFaketime(): string | undefined {
  const found = existsSync(LIBRARIES)
    ? readdirSync(LIBRARIES)
        .map((folder) => join(LIBRARIES, folder, LIBRARY))
        .find((path) => existsSync(path))
    : undefined;
  if (found === undefined && process.env.CI)
    throw new Error(`there is no ${LIBRARY} below ${LIBRARIES}, and CI is set: run .ci/install-engines first`);
  if (found === undefined) console.warn("skipped: no libfaketime on this machine (.ci/install-engines installs it)");
  return found;
}

/** A wall clock that steps where it is told to, for the processes that are started with its variables. */
export interface SteppingClock {
  readonly variables: Readonly<Record<string, string>>;
  /** By so many seconds, back where there are fewer than none. Processes see it within a second. */
  step(seconds: number): Promise<void>;
}

/** Makes a clock that goes right until it steps; `folder` is the caller's own. */
export async function startClock(library: string, folder: string): Promise<SteppingClock> {
  const file = join(folder, "clock");
  let offset = 0;
  const write = async () => {
    // In one piece: a process that read half of it would have another time.
    await writeFile(`${file}.new`, `${offset < 0 ? "" : "+"}${offset}\n`);
    await rename(`${file}.new`, file);
  };
  await write();
  return {
    variables: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: "1",
      // As with a real step: what measures how long something takes isn't touched, nor the times of files.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      NO_FAKE_STAT: "1",
    },
    async step(seconds) {
      offset += seconds;
      await write();
    },
  };
}
