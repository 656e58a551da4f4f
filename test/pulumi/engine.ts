import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type Docker from "dockerode";
import { execa } from "execa";
import { describe, expect } from "vitest";

const COMMAND = resolve(import.meta.dirname, "../../apps/ops/bin/blueprint.js");

/**
 * The `pulumi` on PATH that isn't the npm wrapper, whose download may not be reachable. A machine without one skips its
 * suites and says so.
 */
export function pulumiOnPath(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const found = folders.map((folder) => join(folder, "pulumi")).find((path) => existsSync(path));
  if (!found) console.warn("skipped: no pulumi on PATH (the wrapper in node_modules/.bin doesn't count)");
  return found;
}

/** A container engine that a desktop is deployed to, and the Pulumi that does it. */
interface DesktopEngine {
  readonly kind: "docker" | "podman";
  readonly socket: string;
  readonly pulumi: string;
}

/**
 * A suite for each engine, its kind in place of `%s`: those at the sockets of `BLUEPRINT_TEST_SOCKETS`, else the usual
 * ones that exist.
 */
export function describeDesktops(name: string, suite: (engine: DesktopEngine) => void): void {
  const pulumi = pulumiOnPath();
  const named = process.env.BLUEPRINT_TEST_SOCKETS?.split(",") ?? ["/run/podman/podman.sock", "/var/run/docker.sock"];
  const sockets = named.filter((path) => existsSync(path));
  if (sockets.length === 0) console.warn("skipped: no container engine's socket; name some in BLUEPRINT_TEST_SOCKETS");
  const engines = sockets.map((socket) => [socket.includes("docker") ? "docker" : "podman", socket] as const);
  describe.skipIf(!pulumi).each(engines)(name, (kind, socket) => suite({ kind, socket, pulumi: pulumi ?? "" }));
}

/** How many objects of an environment an engine has. */
export async function heldBy(engine: Docker, environment: string) {
  const filters = { label: [`blueprint.environment=${environment}`] };
  const [containers, networks, { Volumes }] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listVolumes({ filters }),
  ]);
  return { containers: containers.length, networks: networks.length, volumes: Volumes.length };
}

/** One step of an update, as `--json` prints it. */
interface Step {
  readonly op: string;
  readonly urn: string;
}

/** A copy of the project outside the tree, with a backend of its own. */
export class PulumiProject {
  readonly folder: string;
  readonly #pulumi: string;
  readonly #environment: Record<string, string>;

  private constructor(folder: string, pulumi: string) {
    this.folder = folder;
    this.#pulumi = pulumi;
    this.#environment = {
      PATH: [dirname(process.execPath), dirname(pulumi), process.env.PATH ?? ""].join(delimiter),
      PULUMI_HOME: join(folder, ".home"),
      PULUMI_BACKEND_URL: `file://${join(folder, ".state")}`,
      PULUMI_CONFIG_PASSPHRASE: "of this suite only",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  /** Makes the copy: the code is linked, the stack's files are the suite's own. */
  static async create(pulumi: string): Promise<PulumiProject> {
    const root = resolve(import.meta.dirname, "../..");
    const folder = await mkdtemp(join(tmpdir(), "blueprint-pulumi-"));
    for (const name of ["stacks", "components", "policies", "apps", "node_modules", "package.json"]) {
      await symlink(join(root, name), join(folder, name));
    }
    await cp(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    await mkdir(join(folder, ".state"));
    return new PulumiProject(folder, pulumi);
  }

  /** Runs a command of the engine. Rejects where it fails, with what it printed. */
  async run(...parameters: readonly string[]): Promise<string> {
    const { stdout } = await execa(this.#pulumi, [...parameters, "--non-interactive"], {
      cwd: this.folder,
      env: this.#environment,
      stdin: "ignore",
    });
    return stdout;
  }

  /** The steps that an update would take, without those that leave a resource as it is. */
  async changes(stack: string): Promise<Step[]> {
    const { steps } = JSON.parse(await this.run("preview", "--stack", stack, "--json"));
    return steps.filter(({ op }: Step) => op !== "same");
  }

  /** Names of the resources that an update would touch. */
  async changedNames(stack: string): Promise<string[]> {
    const steps = await this.changes(stack);
    return [...new Set(steps.map(({ urn }) => urn.split("::").at(-1) ?? urn))];
  }

  /** Starts `blueprint` on the copy as a user would, with nobody to ask; it resolves whatever the exit code is. */
  blueprint(...parameters: readonly string[]) {
    return execa(process.execPath, [COMMAND, "--project", this.folder, ...parameters], {
      cwd: tmpdir(),
      reject: false,
      stdin: "ignore",
      env: {
        PATH: [dirname(this.#pulumi), process.env.PATH].join(delimiter),
        PULUMI_HOME: join(this.folder, ".home"),
        FORCE_COLOR: undefined,
      },
    });
  }

  /** Runs `blueprint` to its end, which must be a good one; returns what it printed. */
  async done(...parameters: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.blueprint(...parameters);
    expect(exitCode, `blueprint ${parameters.join(" ")}\n${stderr}`).toBe(0);
    return stdout;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
