import { chmod, mkdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { blueprint, engineFixture, projectFixture } from "../testing/project.ts";

const Json = z.strictObject({
  formatVersion: z.literal(1),
  environment: z.string(),
  readyFor: z.strictObject({ process: z.boolean(), containers: z.boolean(), pulumi: z.boolean() }),
  rows: z.array(
    z.strictObject({
      name: z.string(),
      state: z.enum(["found", "missing", "degraded"]),
      detail: z.string(),
      fix: z.string().nullable(),
      neededFor: z.enum(["process", "containers", "pulumi"]),
      tried: z.array(z.string()),
    }),
  ),
});

const examined = async (project: string, environment = "dev") => {
  const { exitCode, stdout } = await blueprint(project, "doctor", environment, "--json");
  const report = Json.parse(JSON.parse(stdout));
  return { exitCode, report, row: (name: string) => report.rows.find((row) => row.name === name) };
};

const engine = (image: number) => (request: IncomingMessage, response: ServerResponse) => {
  response.setHeader("content-type", "application/json");
  if (request.url?.endsWith("/version")) response.end(JSON.stringify({ Version: "5.0.0", ApiVersion: "1.43" }));
  else response.writeHead(image).end("{}");
};

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("blueprint doctor", () => {
  it("finds the engine that answers, its version and the image", async () => {
    const project = await projectFixture();
    await engineFixture(project, engine(200));
    const { row } = await examined(project);
    expect(row("container engine")).toMatchObject({
      state: "found",
      detail: expect.stringContaining("podman 5.0.0, interface 1.43"),
    });
    expect(row("image")).toMatchObject({ state: "found" });
  });

  it("tells how to build an image that isn't in the store", async () => {
    const project = await projectFixture();
    await engineFixture(project, engine(404));
    const { row } = await examined(project);
    expect(row("image")).toMatchObject({ state: "missing", fix: expect.stringContaining("npm run image") });
  });

  it("waits for an engine no longer than five seconds", async () => {
    const project = await projectFixture();
    await engineFixture(project, () => undefined);
    const start = performance.now();
    const { row } = await examined(project);
    expect(row("container engine")?.tried[0]).toMatch(/engine\.sock doesn't answer \(no answer in 5 s\)/);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("tells of a port that something listens on, and that the agent could run all the same", async () => {
    const port = await freePort();
    const taken = createServer().listen(port, "127.0.0.1");
    onTestFinished(() => void taken.close());
    const project = await projectFixture({ environments: { dev: { agent: { ports: [{ hostPort: port }] } } } });
    const { exitCode, report, row } = await examined(project);
    expect(row(`port ${port}`)).toMatchObject({ state: "degraded", detail: "taken on 127.0.0.1" });
    expect(report.readyFor.process).toBe(true);
    expect(exitCode).toBe(0);
  });

  it("tells of a state folder that others can read", async () => {
    const project = await projectFixture();
    await mkdir(join(project, ".blueprint"));
    await chmod(join(project, ".blueprint"), 0o755);
    const { row } = await examined(project);
    expect(row("state folder")).toMatchObject({ state: "degraded", fix: "chmod 700 .blueprint" });
  });

  it("says of a refused environment that it can't run, and looks at the machine all the same", async () => {
    const project = await projectFixture({ environments: { dev: { turns: { maxSeconds: 1 } } } });
    const { exitCode, report, row } = await examined(project);
    expect(exitCode).toBe(1);
    expect(row("environment dev")).toMatchObject({ state: "missing", detail: "refused: turns.maxSeconds is 1" });
    expect(report.rows.length).toBeGreaterThan(5);
  });

  it("prints a table", async () => {
    const { stdout } = await blueprint(await projectFixture(), "doctor");
    expect(stdout).toMatch(/^✓ environment dev +found +Pulumi\.dev\.yaml: local-podman\n✓ node +found /);
    expect(stdout).toMatch(/ready for the agent with its embedded database/);
  });
});
