import { describe, expect, it } from "vitest";
import { SERVER_AGENT, SERVER_HOSTS } from "../../../../test/support/server-document.ts";
import { blueprint, PLANTED_SECRET, projectFixture } from "../testing/project.ts";

const environments = {
  dev: {},
  staging: {
    topology: { kind: "remote-server", orchestrator: { kind: "swarm", taskHistoryLimit: 2 }, hosts: SERVER_HOSTS },
    agent: SERVER_AGENT,
    scaling: { replicas: { min: 2, max: 2 } },
    accessToken: { secure: PLANTED_SECRET },
  },
  alone: {
    topology: { kind: "remote-server", orchestrator: { kind: "standalone" }, hosts: SERVER_HOSTS.slice(0, 1) },
    agent: { image: "registry.example/team/flame-agent:1.2.0", database: { kind: "postgresql" } },
    scaling: { replicas: { min: 2, max: 4 } },
  },
};

describe("blueprint compare", () => {
  it("shows side by side what each orchestrator creates and what it refuses", async () => {
    const { exitCode, stdout } = await blueprint(await projectFixture({ environments }), "compare", "staging");
    expect(exitCode).toBe(0);
    expect(squeezed(stdout)).toEqual(
      expect.arrayContaining([
        "standalone swarm kubernetes",
        "its own settings defaults the environment's defaults",
        "docker:index/service:Service – 3 –",
        "kubernetes:apps/v1:Deployment – – 1",
        "stop grace – 190 s 200 s",
        "✗ standalone refuses 1 setting",
        'staging: agent.database.kind is "postgresql"',
        expect.stringMatching(/^fix: .*database/),
      ]),
    );
  });

  it("prints JSON of the orchestrators that are asked for, in that order", async () => {
    const project = await projectFixture({ environments });
    const { stdout } = await blueprint(project, "compare", "staging", "--json", "--orchestrator", "kubernetes,swarm");
    expect(JSON.parse(stdout)).toMatchObject({
      formatVersion: 1,
      environment: "staging",
      orchestrators: [
        { orchestrator: "kubernetes", ok: true, ownSettings: false, turns: { preStopSeconds: 10 } },
        { orchestrator: "swarm", ok: true, ownSettings: true, resources: { "docker:index/service:Service": 3 } },
      ],
    });
  });

  it("ends with exit code 1 where every orchestrator that is asked for refuses", async () => {
    const project = await projectFixture({ environments });
    const { exitCode, stdout } = await blueprint(project, "compare", "alone", "--orchestrator", "standalone");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("alone: scaling.replicas.max is 4");
  });

  it.each([
    { why: "a desktop's environment", parameters: ["dev"], says: "only own hosts have a choice of orchestrator" },
    {
      why: "an unknown orchestrator",
      parameters: ["staging", "--orchestrator", "nomad"],
      says: "allowed: standalone, swarm, kubernetes",
    },
    {
      why: "an orchestrator named twice",
      parameters: ["staging", "--orchestrator", "swarm,swarm"],
      says: "each once",
    },
  ])("is called wrongly with $why", async ({ parameters, says }) => {
    const { exitCode, stderr } = await blueprint(await projectFixture({ environments }), "compare", ...parameters);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
  });
});

/** The lines without the blanks that align them. */
function squeezed(text: string): string[] {
  return text.split("\n").map((line) => line.trim().replace(/ {2,}/g, " "));
}
