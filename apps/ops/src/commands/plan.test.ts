import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { blueprint, projectFixture } from "../testing/project.ts";

/** A program whose transform breaks a mandatory rule: the gate is there for what no setting can say. */
const PRIVILEGED = `
import { transforms } from "repository:stacks/transforms.ts";
transforms.container = (args, options) => ({ args: { ...args, privileged: true }, options });
`;

/** A program whose container's memory nobody knows before the deployment. */
const UNKNOWN_MEMORY = `
import * as random from "repository:node_modules/@pulumi/random/index.js";
import { transforms } from "repository:stacks/transforms.ts";
transforms.container = (args, options) => {
  const memory = new random.RandomInteger("memory", { min: 512, max: 1024 });
  return { args: { ...args, memory: memory.result }, options };
};
`;

/** The shape that apps/ops/README.md describes. */
const Json = z.strictObject({
  formatVersion: z.literal(1),
  environment: z.literal("dev"),
  topology: z.literal("local-podman"),
  ok: z.boolean(),
  seconds: z.number().positive(),
  engine: z.strictObject({ kind: z.string(), socket: z.string(), present: z.boolean(), reason: z.string() }),
  summary: z.strictObject({
    resources: z.int(),
    components: z.int(),
    external: z.int(),
    protected: z.int(),
    byType: z.record(z.string(), z.int()),
  }),
  tree: z.array(z.strictObject({ depth: z.int(), type: z.string(), name: z.string(), facts: z.array(z.string()) })),
  messages: z.array(z.strictObject({ severity: z.string(), text: z.string() })),
  policies: z.strictObject({
    ok: z.boolean(),
    pack: z.string(),
    version: z.string(),
    passed: z.int(),
    findings: z.array(
      z.strictObject({
        policy: z.string(),
        weight: z.enum(["failed", "could-not-run", "advice", "remediated", "accepted-unknown"]),
        resource: z.string().nullable(),
        found: z.string(),
        mend: z.string().nullable(),
      }),
    ),
  }),
  promises: z.strictObject({
    turns: z.strictObject({
      maxSeconds: z.number(),
      heartbeatSeconds: z.number(),
      kept: z.boolean(),
      links: z
        .array(
          z.strictObject({
            holder: z.string(),
            timeout: z.string(),
            counts: z.enum(["silence", "life"]),
            seconds: z.number(),
            atLeastSeconds: z.number(),
            because: z.string(),
            kept: z.boolean(),
          }),
        )
        .min(1),
    }),
    capacity: z.array(
      z.strictObject({
        resource: z.enum(["cpu", "memory"]),
        unit: z.enum(["cores", "MiB"]),
        requested: z.number(),
        limited: z.number(),
        available: z.number(),
        fitsAtLimit: z.boolean(),
      }),
    ),
    cost: z.string(),
    unknown: z.array(z.strictObject({ what: z.string(), why: z.string() })).min(1),
  }),
  against: z
    .strictObject({
      state: z.string(),
      changes: z.array(
        z.strictObject({
          type: z.string(),
          name: z.string(),
          object: z.string(),
          effect: z.enum(["create", "update", "replace", "delete"]),
          gap: z.boolean(),
          data: z.enum(["deleted", "left behind"]).nullable(),
          inputs: z.array(z.string()),
          because: z.string().nullable(),
        }),
      ),
    })
    .nullable(),
  settings: z.array(
    z.strictObject({
      path: z.string(),
      value: z.json(),
      origin: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("file"), file: z.string(), line: z.int() }),
        z.strictObject({ kind: z.literal("preset"), name: z.string(), file: z.string() }),
        z.strictObject({ kind: z.literal("default") }),
      ]),
    }),
  ),
});

const planJson = async (project: string, environment = "dev") => {
  const { exitCode, stdout } = await blueprint(project, "plan", environment, "--json");
  return { exitCode, report: Json.parse(JSON.parse(stdout)) };
};

describe("blueprint plan", () => {
  it("shows tree, policies and promises on standard output, without colours where that is no terminal", async () => {
    const { exitCode, stdout, stderr } = await blueprint(await projectFixture(), "plan");
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^dev {2}local-podman on podman \(topology\.engine\.socket names it\)/);
    expect(stdout).toMatch(/\+ docker:Container flame-dev-agent/);
    expect(stdout).toMatch(/policies {2}blueprint-baseline .* passed/);
    expect(stdout).toContain("the gate is open");
    expect(stdout).not.toContain("\u001b");
  });

  it("prints JSON of the documented shape and nothing else", async () => {
    const { exitCode, report } = await planJson(await projectFixture());
    expect(exitCode).toBe(0);
    expect(report.ok).toBe(true);
    expect(report.tree.map(({ name }) => name)).toContain("flame-dev-agent");
    expect(report.settings).toContainEqual({ path: "turns.maxSeconds", value: 180, origin: { kind: "default" } });
  });

  it("tells what would change of what a state has, and of the environment's own without being asked", async () => {
    const project = await projectFixture();
    const type = "docker:index/volume:Volume";
    const stored = {
      urn: `urn:pulumi:dev::blueprint::blueprint:topology:LocalPodman$${type}::flame-dev-volume-flame-dev-old`,
      ...{ type, custom: true, protect: true, inputs: { name: "flame-dev-old" } },
    };
    await writeFile(join(project, "state.json"), JSON.stringify({ deployment: { resources: [stored] } }));
    const lost = { object: "flame-dev-old", effect: "delete", data: "deleted" };
    const told = await blueprint(project, "plan", "--json", "--against-state", "state.json");
    expect(Json.parse(JSON.parse(told.stdout)).against?.changes[0]).toMatchObject(lost);

    const absent = await blueprint(project, "plan", "--against-state");
    expect(absent).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/no state of dev\n.*\n {4}fix: /) });
    const folder = join(project, ".blueprint", "state", ".pulumi", "stacks", "blueprint");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "dev.json"), JSON.stringify({ checkpoint: { latest: { resources: [stored] } } }));
    expect((await planJson(project)).report.against?.changes[0]).toMatchObject(lost);
    const { stdout } = await blueprint(project, "plan", "--against-state", "dev");
    expect(stdout).toMatch(/data at stake: deleted +docker:index\/volume:Volume flame-dev-volume-flame-dev-old/);
    expect(stdout).not.toContain("there is no state");
  });

  it("refuses a bad configuration with every problem, clean and at once", async () => {
    const start = performance.now();
    const project = await projectFixture({ environments: { dev: { turns: { maxSeconds: 1, slow: true } } } });
    const { exitCode, stdout, stderr } = await blueprint(project, "plan");
    expect(exitCode).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /^2 problems in environment "dev":\n {2}dev: turns\.maxSeconds is 1\n {4}allowed: at least 5/,
    );
    expect(stderr).toContain("dev: turns.slow is true");
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("closes the gate on a rule that a transform breaks", async () => {
    const project = await projectFixture({ before: PRIVILEGED });
    const { exitCode, report } = await planJson(project);
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ ok: false, policies: { ok: false } });
    expect(report.policies.findings[0]).toMatchObject({
      policy: "docker-container-not-privileged",
      weight: "failed",
      resource: "flame-dev-agent",
      mend: expect.any(String),
    });

    const { stdout } = await blueprint(project, "plan", "--markdown");
    expect(stdout).toMatch(/^## ❌ .*\n\n### What stops it\n\n- ❌ \*\*docker-container-not-privileged\*\*/);
  });

  it("closes the gate on a rule that can't tell", async () => {
    const { exitCode, report } = await planJson(await projectFixture({ before: UNKNOWN_MEMORY }));
    expect(exitCode).toBe(1);
    expect(report.policies.findings[0]).toMatchObject({
      policy: "docker-container-memory-limit",
      weight: "could-not-run",
    });
  });

  it("holds the environment prod to the production pack", async () => {
    const { stdout } = await blueprint(await projectFixture({ environments: { prod: {} } }), "plan", "prod");
    expect(stdout).toContain("blueprint-production");
  });

  it("writes the report inside the project only", async () => {
    const project = await projectFixture();
    const { exitCode, stderr } = await blueprint(project, "plan", "--html");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "report  reports/dev.html" });
    expect(await readFile(join(project, "reports/dev.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\s$/);

    const outside = await blueprint(project, "plan", "--html", "../outside.html");
    expect(outside.exitCode).toBe(2);
    expect(outside.stderr).toContain("--html: ../outside.html\n    allowed: a path inside");
    await expect(access(join(project, "../outside.html"))).rejects.toThrow("ENOENT");
  });
});
