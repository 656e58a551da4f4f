import { chmod, mkdir, mkdtemp, open, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** A file system of its own that is soon full. */
export interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  /** Gives that room back. */
  empty(): Promise<void>;
}

/** Whether this user may mount a file system in memory; says so where not. Root may, unless a sandbox forbids it. */
export async function maySmallDisk(): Promise<boolean> {
  try {
    await using disk = await smallDisk(1);
    return disk.folder !== "";
  } catch (error) {
    console.warn(
      `skipped: no small file system can be mounted here (${error instanceof Error ? error.message : error})`,
    );
    return false;
  }
}

/** Mounts a file system of so many MiB in memory. Disposing unmounts it. */
export async function smallDisk(sizeMiB: number): Promise<SmallDisk> {
  const parent = await mkdtemp(join(tmpdir(), "flame-disk-"));
  const folder = join(parent, "disk");
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(parent, { recursive: true, force: true }));
  // The agent and a server that runs as another user both reach what is in it.
  await chmod(parent, 0o755);
  await mkdir(folder);
  await execa("mount", ["-t", "tmpfs", "-o", `size=${sizeMiB}m,mode=0755`, "tmpfs", folder]);
  undo.defer(async () => {
    await execa("umount", ["--lazy", folder]);
  });
  const owned = undo.move();
  const ballast = join(folder, "ballast");
  return {
    folder,
    async fill() {
      const file = await open(ballast, "a");
      try {
        for (;;) {
          const { bavail, bsize } = await statfs(folder);
          if (bavail === 0) return;
          await file.write(Buffer.alloc(Math.min(bavail * bsize, 1_048_576)));
        }
      } finally {
        await file.close();
      }
    },
    empty: () => rm(ballast, { force: true }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
