import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { buildImage } from "../../apps/flame-agent/image/build.ts";
import { versions } from "../../components/core/index.ts";
import { counted, startTurn, untilReady } from "../engines/turn.ts";
import { describeDesktops, heldBy, PulumiProject } from "./engine.ts";

describeDesktops("a desktop under the Pulumi engine on %s", ({ kind, socket, pulumi }) => {
  const stack = `e2e-${kind}`;
  const port = kind === "docker" ? 14_302 : 14_301;
  const url = `http://127.0.0.1:${port}`;
  const engine = new Docker({ socketPath: socket });
  let project: PulumiProject;

  /** Writes the stack's file; the encryption salt that the engine added is kept. */
  const describeStack = async (
    changes: { memory?: string; maxSeconds?: number; logSize?: string; image?: string } = {},
  ) => {
    const values = {
      "blueprint:topology": {
        kind: "local-podman",
        engine: { kind, socket },
        network: { name: `flame-${stack}`, subnet: kind === "docker" ? "10.89.92.0/24" : "10.89.91.0/24" },
        storage: { kind: "volume", name: `flame-${stack}-data` },
      },
      "blueprint:agent": {
        image: changes.image ?? versions.images.flameAgent,
        ports: [{ hostPort: port }],
        model: { kind: "offline", tokensPerSecond: 20 },
        resources: { limits: { memory: changes.memory ?? "768MiB" } },
        logging: { kind: "file", maxSize: changes.logSize ?? "10MiB" },
      },
      "blueprint:turns": { maxSeconds: changes.maxSeconds ?? 60 },
    };
    await writeFile(join(project.folder, `Pulumi.${stack}.yaml`), stringify({ ...salt, config: values }));
  };
  let salt: Record<string, string> = {};

  const held = () => heldBy(engine, stack);

  beforeAll(async () => {
    const image = await engine
      .getImage(versions.images.flameAgent)
      .inspect()
      .catch(() => undefined);
    if (!image) await buildImage({ engine: kind, socket: `unix://${socket}`, tag: versions.images.flameAgent });
    project = await PulumiProject.create(pulumi);
    await project.run("stack", "init", stack);
    salt = parse(await readFile(join(project.folder, `Pulumi.${stack}.yaml`), "utf8"));
    await describeStack();
  });

  afterAll(async () => {
    await project.run("state", "unprotect", "--all", "--stack", stack, "--yes");
    await project.run("destroy", "--stack", stack, "--yes");
    await engine.getVolume(`flame-${stack}-data`).remove();
    await project.remove();
  });

  it("comes up from nothing, with its policies passed", async () => {
    await project.run("up", "--stack", stack, "--yes", "--policy-pack", "policies/baseline");
    await untilReady(url);
    expect(await held()).toEqual({ containers: 1, networks: 1, volumes: 1 });
  });

  it("changes nothing the second time, and nothing after a refresh", async () => {
    expect(await project.changes(stack)).toEqual([]);
    await project.run("refresh", "--stack", stack, "--yes");
    expect(await project.changes(stack)).toEqual([]);
  });

  it("updates only the container where only its settings change, and no turn is lost", async () => {
    await describeStack({ maxSeconds: 50 });
    expect(await project.changedNames(stack)).toEqual([`flame-${stack}-agent`]);
    const turn = await startTurn(url, "count to 200");
    await project.run("up", "--stack", stack, "--yes");
    expect((await turn.text).trim()).toBe(counted(200));
    await untilReady(url);
    expect(await project.changes(stack)).toEqual([]);
  });

  it.each([
    { what: "a memory limit", changes: { maxSeconds: 50, memory: "832MiB" } },
    {
      what: "a log size, which Podman doesn't report",
      changes: { maxSeconds: 50, memory: "832MiB", logSize: "20MiB" },
    },
  ])("applies $what to the container alone", async ({ changes }) => {
    await describeStack(changes);
    expect(await project.changedNames(stack)).toEqual([`flame-${stack}-agent`]);
    await project.run("up", "--stack", stack, "--yes");
    await untilReady(url);
    const report = await engine.getContainer(`flame-${stack}-agent`).inspect();
    expect(report.HostConfig.Memory).toBe(832 * 1024 ** 2);
    expect(await project.changes(stack)).toEqual([]);
  });

  it("replaces the container alone once its image is built anew under its tag", async () => {
    const own = `localhost/flame-agent:${stack}`;
    await engine.getImage(versions.images.flameAgent).tag({ repo: "localhost/flame-agent", tag: stack });
    await describeStack({ image: own });
    await project.run("up", "--stack", stack, "--yes");
    await untilReady(url);
    expect(await project.changes(stack)).toEqual([]);
    await engine
      .getContainer(`flame-${stack}-agent`)
      .commit({ repo: "localhost/flame-agent", tag: stack, changes: "LABEL rebuilt=yes" });
    expect(await project.changedNames(stack)).toContain(`flame-${stack}-agent`);
    await project.run("up", "--stack", stack, "--yes");
    await untilReady(url);
    const [container, image] = await Promise.all([
      engine.getContainer(`flame-${stack}-agent`).inspect(),
      engine.getImage(own).inspect(),
    ]);
    expect(container.Image.replace("sha256:", "")).toBe(image.Id.replace("sha256:", ""));
    expect(await project.changes(stack)).toEqual([]);
    await describeStack();
    await project.run("up", "--stack", stack, "--yes");
    await engine.getImage(own).remove({ force: true });
  });

  it("is stopped by a broken rule with a message that says what to do", async () => {
    const stricter = join(project.folder, "stricter.json");
    await writeFile(stricter, JSON.stringify({ "docker-container-labels": { required: ["cost-centre"] } }));
    const failure = await project
      .run("preview", "--stack", stack, "--policy-pack", "policies/baseline", "--policy-pack-config", stricter)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure)).toMatch(/docker-container-labels/);
    expect(String(failure)).toMatch(/cost-centre/);
  });

  it("refuses a wrong setting with a clean message and changes nothing", async () => {
    await describeStack({ memory: "64MiB" });
    const failure = await project.run("preview", "--stack", stack).catch((error: unknown) => error);
    expect(String(failure)).toMatch(/agent\.resources\.requests\.memory is 512MiB \(a default\)/);
    expect(String(failure)).toMatch(/limits\.memory, which is 64MiB/);
    expect(String(failure)).not.toMatch(/at \w+ \(.*\.ts:\d+/);
    await describeStack();
  });

  it("isn't destroyed with its data by a plain destroy, and loses all but them where they are left out", async () => {
    const refused = await project.run("destroy", "--stack", stack, "--yes").catch((error: unknown) => error);
    expect(String(refused)).toMatch(/volume-flame-\S+-data" cannot be deleted/);
    expect(await held()).toEqual({ containers: 1, networks: 1, volumes: 1 });
    await project.run("destroy", "--stack", stack, "--yes", "--exclude-protected");
    expect(await held()).toEqual({ containers: 0, networks: 0, volumes: 1 });
  });
});
