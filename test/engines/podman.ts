import { execa } from "execa";
import { buildImage } from "../../apps/flame-agent/image/build.ts";
import { versions } from "../../components/core/index.ts";

/** Runs a podman command and returns what it printed. Throws with its error output where it fails. */
export async function podman(...parameters: readonly string[]): Promise<string> {
  const { stdout } = await execa("podman", parameters, { stdin: "ignore" });
  return stdout;
}

/**
 * Whether Podman works here. A machine without it skips its suites and says so;
 * where `CI` is set it is an error, since the pipeline installs it.
 */
export async function havePodman(): Promise<boolean> {
  const works = await execa("podman", ["info"], { reject: false }).then(({ exitCode }) => exitCode === 0);
  if (!works && process.env.CI) throw new Error("Podman doesn't answer, and CI is set: run .ci/install-engines first");
  if (!works) console.warn("skipped: Podman doesn't answer on this machine (.ci/install-engines installs it)");
  return works;
}

/** Puts the agent's image into Podman's store, as the tree is now: one of another day may lie there under its name. */
export async function haveAgentImage(): Promise<void> {
  await buildImage({ engine: "podman", tag: versions.images.flameAgent });
}

/** What the engine says of a container. */
export async function inspect(container: string): Promise<ContainerReport> {
  const [report] = JSON.parse(await podman("container", "inspect", container));
  return report;
}

/** The parts of `podman container inspect` that the suites read. */
export interface ContainerReport {
  readonly State: { readonly Status: string; readonly Pid: number };
  readonly RestartCount: number;
  readonly HostConfig: {
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly MemoryReservation: number;
    readonly CpuQuota: number;
    readonly CpuPeriod: number;
    readonly NanoCpus: number;
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[];
  };
  readonly Config: { readonly User: string; readonly StopTimeout: number };
}

/** Names of everything of an environment that the engine holds. */
export async function leftovers(environment: string): Promise<string[]> {
  const label = `label=blueprint.environment=${environment}`;
  const lists = await Promise.all([
    podman("ps", "--all", "--filter", label, "--format", "container {{.Names}}"),
    podman("pod", "ps", "--filter", label, "--format", "pod {{.Name}}"),
    podman("network", "ls", "--filter", label, "--format", "network {{.Name}}"),
    podman("volume", "ls", "--filter", label, "--format", "volume {{.Name}}"),
  ]);
  return lists.flatMap((list) => list.split("\n")).filter((line) => line !== "");
}
