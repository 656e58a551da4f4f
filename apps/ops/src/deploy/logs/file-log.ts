import { open, readFile, stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** Pause between two looks at whether the file has grown. */
const LOOK_EVERY_MS = 200;

/** The last lines of a rotated log, the files that were set aside included; `tail` undefined means all. */
export async function readLog(path: string, tail: number | undefined): Promise<string> {
  const files: string[] = [];
  for (let number = 0; ; number++) {
    const text = await readFile(number === 0 ? path : `${path}.${number}`, "utf8").catch(() => undefined);
    if (text === undefined) break;
    files.unshift(text);
  }
  const lines = files
    .join("")
    .split(/(?<=\n)/)
    .filter((line) => line !== "");
  return (tail === undefined ? lines : tail === 0 ? [] : lines.slice(-tail)).join("");
}

/** Hands on what is written to a log from now on, across rotations, until the signal. */
export async function followLog(path: string, signal: AbortSignal, write: (chunk: Buffer) => void): Promise<void> {
  let seen = await lookAt(path);
  while (!signal.aborted) {
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    const now = await lookAt(path);
    if (now.file !== seen.file && seen.file !== 0) {
      // What came between the last look and the rotation is in the file that was set aside.
      const aside = await lookAt(`${path}.1`);
      if (aside.file === seen.file) write(await readFrom(`${path}.1`, seen.size, aside.size));
      seen = { file: now.file, size: 0 };
    }
    if (now.size > seen.size) write(await readFrom(path, seen.size, now.size));
    seen = now;
  }
}

/** Number and size of a file; zeros where there is none. */
async function lookAt(path: string): Promise<{ readonly file: number; readonly size: number }> {
  const { ino, size } = await stat(path).catch(() => ({ ino: 0, size: 0 }));
  return { file: ino, size };
}

async function readFrom(path: string, start: number, end: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
