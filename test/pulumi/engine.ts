import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type Docker from "dockerode";
import { execa } from "execa";
import { describe, expect } from "vitest";
import { haveKubernetes } from "../engines/kubernetes-install.ts";
import { endWithSuite } from "../support/agent/end-with-suite.ts";

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

/** The same with the provider of Kubernetes beside it, where a cluster can be started too. */
export function pulumiForKubernetes(): string | undefined {
  const found = pulumiOnPath();
  if (found === undefined || !haveKubernetes()) return undefined;
  if (existsSync(join(dirname(found), "pulumi-resource-kubernetes"))) return found;
  console.warn("skipped: no pulumi on PATH with pulumi-resource-kubernetes beside it");
  return undefined;
}

/** This tree. */
export const TREE = resolve(import.meta.dirname, "../..");
/** What the suites' secrets are encrypted with, where `blueprint` doesn't make a passphrase of its own. */
export const PASSPHRASE = "of this suite only";

/** A container engine that desktops are deployed to. */
export interface DesktopEngine {
  readonly kind: "docker" | "podman";
  readonly socket: string;
}

/** The engines at the sockets of `BLUEPRINT_TEST_SOCKETS`, else the usual ones that exist. */
export function desktopsHere(): readonly DesktopEngine[] {
  const named = process.env.BLUEPRINT_TEST_SOCKETS?.split(",") ?? ["/run/podman/podman.sock", "/var/run/docker.sock"];
  const sockets = named.filter((path) => existsSync(path));
  if (sockets.length === 0) console.warn("skipped: no container engine's socket; name some in BLUEPRINT_TEST_SOCKETS");
  return sockets.map((socket) => ({ kind: socket.includes("docker") ? "docker" : "podman", socket }));
}

/** A suite for each of them, its kind in place of `%s`. */
export function describeDesktops(
  name: string,
  suite: (engine: DesktopEngine & { readonly pulumi: string }) => void,
): void {
  const pulumi = pulumiOnPath();
  const engines = desktopsHere().map((engine) => [engine.kind, engine.socket] as const);
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
  /** What `blueprint` is started with beside its own. */
  readonly #variables: Readonly<Record<string, string>>;

  private constructor(folder: string, pulumi: string, variables: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#pulumi = pulumi;
    this.#variables = variables;
    this.#environment = {
      PATH: [dirname(process.execPath), dirname(pulumi), process.env.PATH ?? ""].join(delimiter),
      PULUMI_HOME: join(folder, ".home"),
      PULUMI_BACKEND_URL: `file://${join(folder, ".state")}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  /**
   * Makes the copy: the code is linked, the stack's files are the suite's own. `variables` are what `blueprint` is started
   * with, `root` another tree than this one.
   */
  static async create(
    pulumi: string,
    {
      variables = {},
      root = TREE,
    }: { readonly variables?: Readonly<Record<string, string>>; readonly root?: string } = {},
  ): Promise<PulumiProject> {
    const folder = await mkdtemp(join(tmpdir(), "blueprint-pulumi-"));
    await mkdir(join(folder, ".state"));
    const project = new PulumiProject(folder, pulumi, variables);
    await project.takeCode(root);
    return project;
  }

  /** Goes on with the code of another tree, as after a `git pull`. */
  async takeCode(root: string): Promise<void> {
    for (const name of ["stacks", "components", "policies", "apps", "node_modules", "package.json"]) {
      await rm(join(this.folder, name), { force: true });
      await symlink(join(root, name), join(this.folder, name));
    }
    await cp(join(root, "Pulumi.yaml"), join(this.folder, "Pulumi.yaml"));
  }

  /** Runs a command of the engine. Rejects where it fails, with what it printed. */
  run(...parameters: readonly string[]): Promise<string> {
    return this.#run({}, parameters);
  }

  /** The same on the state that `blueprint` keeps. */
  runOnOwnState(...parameters: readonly string[]): Promise<string> {
    return this.#run({ PULUMI_BACKEND_URL: `file://${join(this.folder, ".blueprint/state")}` }, parameters);
  }

  async #run(variables: Readonly<Record<string, string>>, parameters: readonly string[]): Promise<string> {
    const { stdout } = await execa(this.#pulumi, [...parameters, "--non-interactive"], {
      cwd: this.folder,
      env: { ...this.#environment, ...this.#variables, ...variables },
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
    const run = execa(
      process.execPath,
      [join(this.folder, "apps/ops/bin/blueprint.js"), "--project", this.folder, ...parameters],
      {
        cwd: tmpdir(),
        reject: false,
        stdin: "ignore",
        // A group of its own, which can be ended with its engine and providers.
        detached: true,
        env: {
          ...this.#variables,
          PATH: [dirname(this.#pulumi), this.#variables.PATH ?? process.env.PATH].join(delimiter),
          PULUMI_HOME: join(this.folder, ".home"),
          FORCE_COLOR: undefined,
        },
      },
    );

    endWithSuite(run.nodeChildProcess, "SIGTERM");
    return run;
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
