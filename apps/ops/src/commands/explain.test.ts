import { describe, expect, it } from "vitest";
import { blueprint, projectFixture } from "../testing/project.ts";

const environments = { dev: {}, staging: { scaling: { preset: "bursty", replicas: { max: 5 } } } };

describe("blueprint explain", () => {
  it.each([
    {
      parameters: ["staging", "scaling.replicas.min"],
      says: /^2 {3}from preset "bursty" \(stacks\/presets\/scaling\.ts\), default is 1\n {4}Fewest agents/,
    },
    { parameters: ["staging", "scaling.replicas.max"], says: /^5 {3}from Pulumi\.staging\.yaml:10, default is 1\n/ },
    { parameters: ["turns.maxSeconds"], says: /^180 {3}default\n/ },
    { parameters: ["turns.stopGraceSeconds"], says: /^not set {3}no default\n/ },
    {
      parameters: ["staging", "scaling.replicas"],
      says: /^scaling\.replicas\.min {2}2 {2}from preset .*\nscaling\.replicas\.max {2}5 {2}from Pulumi/,
    },
  ])("answers for $parameters", async ({ parameters, says }) => {
    const { exitCode, stdout } = await blueprint(await projectFixture({ environments }), "explain", ...parameters);
    expect(stdout).toMatch(says);
    expect(exitCode).toBe(0);
  });

  it("prints JSON", async () => {
    const { stdout } = await blueprint(await projectFixture({ environments }), "explain", "turns.maxSeconds", "--json");
    expect(JSON.parse(stdout)).toEqual({
      formatVersion: 1,
      environment: "dev",
      settings: [
        {
          path: "turns.maxSeconds",
          value: 180,
          origin: { kind: "default" },
          defaultValue: 180,
          description: expect.stringContaining("Longest turn"),
        },
      ],
    });
  });

  it("refuses a path without a setting, and names one that is near", async () => {
    const { exitCode, stderr } = await blueprint(await projectFixture(), "explain", "turns.maxSecond");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("dev: turns.maxSecond is no setting");
    expect(stderr).toContain("fix: ask for turns.maxSeconds");
  });
});
