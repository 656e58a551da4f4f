import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeDesktops, PulumiProject } from "./engine.ts";

/** As a person writes it: with a remark, and with spaces that Pulumi would not keep. */
const FILE = (kind: string, socket: string, port: number, subnet: string) => `# mine
config:
  blueprint:topology: { kind: local-podman,   engine: { kind: ${kind}, socket: ${socket} }, network: { subnet: ${subnet} } } # a remark
  blueprint:agent:
    ports: [ { hostPort: ${port} } ]
`;
const SALT = /^encryptionsalt: .*\n/m;

describeDesktops("the state of blueprint on %s", ({ kind, socket, pulumi }) => {
  const environment = `state-${kind}`;
  const [port, subnet] = kind === "docker" ? [14_322, "10.89.96.0/24"] : [14_321, "10.89.95.0/24"];
  const original = FILE(kind, socket, port, subnet);
  let project: PulumiProject;
  const file = () => join(project.folder, `Pulumi.${environment}.yaml`);
  const place = (...names: readonly string[]) => join(project.folder, ".blueprint", ...names);

  beforeAll(async () => {
    project = await PulumiProject.create(pulumi);
    await writeFile(file(), original);
    await project.done("up", environment, "--way", "pulumi", "--yes");
  });

  afterAll(async () => {
    await project.blueprint("down", environment, "--delete-data", "--yes");
    await project.remove();
  });

  it("leaves an environment's file as its author wrote it, but for the salt", async () => {
    expect((await readFile(file(), "utf8")).replace(SALT, "")).toBe(original);
  });

  it("goes on with another passphrase where nothing was encrypted with the lost one, and leaves the file's form", async () => {
    await rm(place("passphrase"));
    await project.done("up", environment, "--way", "pulumi", "--yes");
    expect((await readFile(file(), "utf8")).replace(SALT, "")).toBe(original);
  });

  it("refuses, and changes nothing, where the file's secrets need a passphrase that is gone", async () => {
    const secret = "  blueprint:modelApiKey:\n    secure: v1:i6gWXpMQ8AZSi3B3:kxHSvfFoeY2FqzFV/msGlBoFCw==\n";
    const model =
      "    model: { kind: openai-compatible, baseUrl: 'http://models.example/v1', name: m, apiKey: { secret: modelApiKey } }\n";
    const before = await readFile(file(), "utf8");
    const passphrase = await readFile(place("passphrase"));
    await rm(place("passphrase"));
    await writeFile(file(), original + model + secret);
    const { exitCode, stderr } = await project.blueprint("up", environment, "--way", "pulumi", "--yes");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/passphrase: isn't there(.|\n)*the secrets in Pulumi\.(.|\n)*fix: restore the file/);
    expect(await readFile(file(), "utf8")).toBe(original + model + secret);
    await writeFile(place("passphrase"), passphrase);
    await writeFile(file(), before);
  });

  it("that can't be written says so with the place, and leaves the file's form", async () => {
    const copy = await mkdtemp(join(tmpdir(), "blueprint-state-"));
    await cp(place("state"), copy, { recursive: true });
    await execa("mount", ["-t", "tmpfs", "tmpfs", place("state")]);
    try {
      await cp(copy, place("state"), { recursive: true });
      await execa("mount", ["-o", "remount,ro", place("state")]);
      await writeFile(file(), (await readFile(file(), "utf8")).replace(`${port}`, `${port + 10}`));
      const { exitCode, stderr } = await project.blueprint("up", environment, "--way", "pulumi", "--yes");
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/read-only file system/);
      expect(stderr).not.toMatch(/errors? occurred|\.go:\d+|at async/);
    } finally {
      await execa("umount", ["--lazy", place("state")]);
      await rm(copy, { recursive: true });
    }
  });
});
