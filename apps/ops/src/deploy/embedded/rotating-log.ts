import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../failure.ts";

/** How large a log may become. */
export interface LogBounds {
  readonly maxBytes: number;
  /** Files that are kept, the one that is written included. */
  readonly maxFiles: number;
}

/** A log file that is set aside as `<path>.1`, `<path>.2` … when it is full. Writes are done when the call returns. */
export class RotatingLog {
  readonly #path: string;
  readonly #bounds: LogBounds;
  #bytes: number;

  constructor(path: string, bounds: LogBounds) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#path = path;
    this.#bounds = bounds;
    this.#bytes = sizeOf(path);
  }

  write(chunk: Buffer): void {
    if (this.#bytes > 0 && this.#bytes + chunk.length > this.#bounds.maxBytes) this.#rotate();
    appendFileSync(this.#path, chunk, { mode: 0o600 });
    this.#bytes += chunk.length;
  }

  #rotate(): void {
    const oldest = this.#bounds.maxFiles - 1;
    rmSync(numbered(this.#path, oldest), { force: true });
    for (let number = oldest - 1; number >= 0; number--) {
      renameIfThere(numbered(this.#path, number), numbered(this.#path, number + 1));
    }
    this.#bytes = 0;
  }
}

function numbered(path: string, number: number): string {
  return number === 0 ? path : `${path}.${number}`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}
