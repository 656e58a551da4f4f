import { describe, expect, it } from "vitest";
import { blueprint, PLANTED_SECRET, projectFixture } from "../testing/project.ts";

/** A server on a cluster that nobody can reach. */
function server(orchestrator: Readonly<Record<string, unknown>>, strategy: string) {
  return {
    topology: {
      kind: "remote-server",
      orchestrator: { kind: "kubernetes", kubeconfig: "/nonexistent/kubeconfig", ...orchestrator },
      hosts: [{ name: "node-1", address: "10.0.0.11", cpu: "16", memory: "64GiB", disk: "256GiB" }],
      workload: { update: { strategy } },
    },
    agent: {
      image: "registry.example/team/flame-agent:1.2.0",
      ports: [{ hostPort: 8080, address: "0.0.0.0" }],
      authentication: { kind: "bearer", token: { secret: "accessToken" } },
      database: { kind: "postgresql" },
    },
    accessToken: { secure: PLANTED_SECRET },
    scaling: { replicas: { min: 4, max: 4 } },
  };
}

describe("a rollout", () => {
  it.each([
    {
      why: "of a desktop",
      staging: {},
      said: /^topology\.kind: .*\n {4}allowed: remote-server .*\n {4}fix: run: blueprint up/m,
    },
    {
      why: "of a cluster that replaces versions by itself",
      staging: server({}, "rolling"),
      said: /^topology\.workload\.update\.strategy: .*\n {4}allowed: .*strategy canary\n {4}fix: set it to canary/m,
    },
    { why: "of a cluster that isn't reached", staging: server({}, "canary"), said: /kubectl/ },
  ])("$why ends with 1 and says what to do", async ({ staging, said }) => {
    const project = await projectFixture({ environments: { staging } });
    const { exitCode, stderr } = await blueprint(project, "rollout", "staging");
    expect(stderr).toMatch(said);
    expect(exitCode).toBe(1);
  });
});
