import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, freemem, totalmem } from "node:os";
import type { PortFacts, StateFolderFacts } from "./judge.ts";

/** Measures this machine; sizes in bytes. */
export async function measureMachine() {
  const { bavail, bsize } = await statfs(".");
  const limit = process.constrainedMemory();
  const total = totalmem();
  // In a container its own limit counts; without one, the figure is 0 or absurdly high.
  const memory = limit > 0 && limit < total ? limit : total;
  return {
    nodeVersion: process.versions.node,
    cores: availableParallelism(),
    memoryBytes: memory,
    freeMemoryBytes: Math.min(freemem(), memory),
    freeDiskBytes: bavail * bsize,
  };
}

/** Looks at the folder with states and passphrases, relative to the project. */
export async function lookAtStateFolder(folder: string): Promise<StateFolderFacts> {
  const writable = (path: string) =>
    access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
  try {
    return { folder, mode: (await stat(folder)).mode & 0o777, writable: await writable(folder) };
  } catch {
    return { folder, mode: undefined, writable: await writable(".") };
  }
}

/** Tries whether a port can be listened on, by doing so for a moment. */
export function tryPort(address: string, port: number): Promise<PortFacts> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) =>
      resolve({ address, port, refusal: "code" in error ? String(error.code) : error.message }),
    );
    server.listen({ host: address, port, exclusive: true }, () =>
      server.close(() => resolve({ address, port, refusal: undefined })),
    );
  });
}
