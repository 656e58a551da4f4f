import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { versions } from "../../components/core/index.ts";
import { startTurn } from "../engines/turn.ts";
import { describeDesktops, heldBy, PulumiProject } from "./engine.ts";

const COMMAND = resolve(import.meta.dirname, "../../apps/ops/bin/blueprint.js");

describeDesktops("what ends before its time, or is changed by hand, on %s", ({ kind, socket, pulumi }) => {
  const environment = `mend-${kind}`;
  const port = kind === "docker" ? 14_412 : 14_411;
  const agent = `flame-${environment}-agent`;
  const broken = `localhost/flame-broken-${kind}:1`;
  const engine = new Docker({ socketPath: socket });
  let project: PulumiProject;

  const start = (folder: string, ...parameters: readonly string[]) =>
    execa(process.execPath, [COMMAND, "--project", folder, ...parameters], {
      cwd: tmpdir(),
      reject: false,
      stdin: "ignore",
      // A group of its own, which is killed with its engine and providers.
      detached: true,
      env: {
        PATH: [dirname(pulumi), process.env.PATH].join(delimiter),
        PULUMI_HOME: join(project.folder, ".home"),
        FORCE_COLOR: undefined,
      },
    });
  const done = async (...parameters: readonly string[]) => {
    const { exitCode, stderr } = await start(project.folder, ...parameters);
    if (exitCode !== 0) throw new Error(`blueprint ${parameters.join(" ")} ended with ${exitCode}:\n${stderr}`);
    return stderr;
  };
  /** Kills the command, its engine and its providers as soon as it tells something. */
  const killAt = async (told: string, ...parameters: readonly string[]) => {
    const run = start(project.folder, ...parameters);
    let said = "";
    run.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = run.then(() => true);
    await vi.waitUntil(() => said.includes(told) || Promise.race([ended, false]), { timeout: 180_000, interval: 10 });
    process.kill(-(run.pid ?? 0), "SIGKILL");
    await run;
    expect(said).toContain(told);
  };
  const describeEnvironment = async (changes: { readonly hostPort?: number; readonly image?: string } = {}) => {
    const { hostPort = port, image } = changes;
    const config = {
      topology: {
        kind: "local-podman",
        engine: { kind, socket },
        network: { subnet: kind === "docker" ? "10.89.97.0/24" : "10.89.96.0/24" },
      },
      agent: {
        ports: [{ hostPort }],
        model: { kind: "offline", tokensPerSecond: 20 },
        ...(image !== undefined && { image }),
      },
      turns: { maxSeconds: 30 },
      desktop: { startupTimeoutSeconds: 60 },
    };
    const entries = Object.entries(config).map(([key, value]) => [`blueprint:${key}`, value]);
    await writeFile(
      join(project.folder, `Pulumi.${environment}.yaml`),
      stringify({ config: Object.fromEntries(entries) }),
    );
  };
  const said = async (message: string) =>
    (await (await startTurn(`http://127.0.0.1:${port}`, message, "mend")).text).trim();
  const remembers = async () => expect(await said("What is my name?")).toContain("Ada");
  const nothing = { containers: 0, networks: 0, volumes: 0 };

  beforeAll(async () => {
    project = await PulumiProject.create(pulumi);
    await describeEnvironment();
  });
  afterAll(async () => {
    await describeEnvironment();
    await start(project.folder, "down", environment, "--delete-data", "--yes");
    await engine
      .getImage(broken)
      .remove()
      .catch(() => undefined);
    await project.remove();
  });

  it.each([
    { at: `create flame-${environment}-network`, what: "a network" },
    { at: `create flame-${environment}-volume`, what: "a volume" },
    { at: `create flame-${environment}-agent`, what: "a container" },
  ])("goes on after a kill at $what, and says what it found", async ({ at }) => {
    await killAt(at, "up", environment);
    expect(await done("up", environment)).toMatch(/took away the lock of process \d+, which is gone/);
    expect(await said("My name is Ada.")).toContain("Ada");
    await killAt(`delete flame-${environment}-agent`, "down", environment, "--delete-data", "--yes");
    await done("down", environment, "--delete-data", "--yes");
    expect(await heldBy(engine, environment)).toEqual(nothing);
  });

  it("reads a state whose write was cut off by a kill", async () => {
    await done("up", environment);
    const state = join(project.folder, ".blueprint/state/.pulumi/stacks/blueprint", `${environment}.json`);
    await writeFile(`${state}.attrs`, "");
    expect(await done("up", environment)).toContain("an earlier run was killed while it wrote the state: mended");
  });

  it("keeps the data of a running environment through a kill", async () => {
    await done("up", environment);
    expect(await said("My name is Ada.")).toContain("Ada");
    await killAt(`delete flame-${environment}-agent`, "down", environment, "--keep-data");
    await done("up", environment);
    await remembers();
  });

  it("makes what was removed by hand again, and says so", async () => {
    await engine.getContainer(agent).remove({ force: true });
    expect(await done("up", environment)).toContain(`Container ${agent} was gone: it is made again`);
    await remembers();
    await engine.getContainer(agent).stop();
    expect(await done("up", environment)).toContain(`start container ${agent}`);
    await remembers();
  });

  it("refuses another project with the environment's name, and touches nothing", async () => {
    const other = await PulumiProject.create(pulumi);
    try {
      const file = `Pulumi.${environment}.yaml`;
      await cp(join(project.folder, file), join(other.folder, file));
      const up = await start(other.folder, "up", environment);
      expect(up.exitCode).toBe(1);
      expect(up.stderr).toContain(`brought up from`);
      expect(up.stderr).toContain(project.folder);
      await start(other.folder, "down", environment, "--delete-data", "--yes");
    } finally {
      await other.remove();
    }
    await remembers();
  });

  it("refuses a port that somebody listens on before anything is touched", async () => {
    const before = (await engine.getContainer(agent).inspect()).Id;
    const listener = createServer();
    const taken = await new Promise<number>((found) => {
      listener.listen(0, "127.0.0.1", () => {
        const address = listener.address();
        found(address !== null && typeof address === "object" ? address.port : 0);
      });
    });
    await describeEnvironment({ hostPort: taken });
    const { exitCode, stderr } = await start(project.folder, "up", environment, "--yes");
    listener.close();
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("is in use by") });
    expect((await engine.getContainer(agent).inspect()).Id).toBe(before);
    await remembers();
  });

  it("lets the old version serve on where the new one can't start", async () => {
    const folder = join(project.folder, ".broken");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "Containerfile"), `FROM ${versions.images.flameAgent}\nENTRYPOINT ["/nowhere"]\n`);
    const stream = await engine.buildImage(
      { context: folder, src: await readdir(folder) },
      { t: broken, dockerfile: "Containerfile" },
    );
    await new Promise<void>((end, fail) =>
      engine.modem.followProgress(stream, (error) => (error ? fail(error) : end())),
    );
    await rm(folder, { recursive: true });
    await describeEnvironment({ image: broken });
    const { exitCode, stderr } = await start(project.folder, "up", environment, "--yes");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
    expect(stderr).toContain(`now: ${agent}, as it was before, serves again`);
    await vi.waitFor(remembers, { timeout: 60_000, interval: 500 });
    await describeEnvironment();
    await done("up", environment);
    await remembers();
  });

  it("leaves nothing", async () => {
    await done("down", environment, "--delete-data", "--yes");
    expect(await heldBy(engine, environment)).toEqual(nothing);
  });
});
