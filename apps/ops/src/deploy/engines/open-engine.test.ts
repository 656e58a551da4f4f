import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openEngine } from "./open-engine.ts";

const path = process.env.PATH;
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "blueprint-ssh-"));
  process.env.PATH = [folder, path].join(delimiter);
});
afterEach(async () => {
  process.env.PATH = path;
  await rm(folder, { recursive: true, force: true });
});

/** Puts a program in the place of the SSH client. */
async function standIn(script: string): Promise<void> {
  await writeFile(join(folder, "ssh"), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, "ssh"), 0o755);
}

it("says what SSH said where it can't connect", async () => {
  await standIn('echo "Host key verification failed." >&2; exit 255');
  await expect(openEngine("ssh://deploy@10.0.0.11:22").info()).rejects.toThrow(
    /ssh ended with 255: Host key verification failed\./,
  );
});

it("asks the engine through SSH's output and input", async () => {
  const body = '{"Name":"node-1"}';
  const head = `HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: ${body.length}\\r\\n\\r\\n`;
  await standIn(`read -r line; printf '${head}${body}'; cat > /dev/null`);
  expect(await openEngine("ssh://deploy@10.0.0.11:22").info()).toEqual({ Name: "node-1" });
});
