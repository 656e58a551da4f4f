import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";

const REPOSITORY = fileURLToPath(new URL("../../../..", import.meta.url));
const COMMAND = join(REPOSITORY, "apps/ops/bin/blueprint.js");

/** What stands in the payload of every encrypted value of a fixture. */
export const PLANTED_SECRET = "v1:planted:secret";

interface Described {
  /** Configuration by environment and concern; beside the topology of a desktop with a socket that isn't there. */
  readonly environments?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Body of a module that sees `repository`'s stacks; it stands before the program. Default: nothing. */
  readonly before?: string;
}

/** A project outside the tree whose program is the repository's; it is gone after the test. */
export async function projectFixture({ environments = { dev: {} }, before = "" }: Described = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-ops-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = `${before}\nexport { default } from ${JSON.stringify(join(REPOSITORY, "stacks/index.ts"))};\n`;
  await writeFile(join(folder, "program.mts"), program.replaceAll("repository:", `${REPOSITORY}`));
  await writeFile(
    join(folder, "Pulumi.yaml"),
    stringify({ name: "blueprint", main: "program.mts", runtime: "nodejs" }),
  );
  for (const [name, concerns] of Object.entries(environments)) {
    const topology = { kind: "local-podman", engine: { kind: "podman", socket: join(folder, "engine.sock") } };
    const config = Object.entries({ topology, ...concerns }).map(([key, value]) => [`blueprint:${key}`, value]);
    await writeFile(join(folder, `Pulumi.${name}.yaml`), stringify({ config: Object.fromEntries(config) }));
  }
  return folder;
}

/** Runs the command as a user would, outside the project; never rejects. */
export async function blueprint(project: string, ...parameters: readonly string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [COMMAND, "--project", project, ...parameters], {
    cwd: tmpdir(),
    reject: false,
    stdin: "ignore",
    env: { FORCE_COLOR: undefined, CONTAINER_HOST: undefined, DOCKER_HOST: undefined },
  });
  return { exitCode, stdout, stderr };
}

/** An engine's socket in a project, answered by the test; it is closed after the test. */
export async function engineFixture(project: string, answer: RequestListener): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(join(project, "engine.sock"), resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
}
