import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { ORCHESTRATORS, type OrchestratorKind } from "../../components/orchestration/index.ts";
import { manifestsOf } from "../support/environment.ts";
import { havePromtool, promtool } from "./promtool.ts";

/** Every rule that an orchestrator can have, in a document that it accepts. */
function documentOf(orchestrator: OrchestratorKind) {
  const resources = orchestrator === "kubernetes" ? ["cpu", "memory", "storage"] : ["cpu", "memory"];
  return {
    topology: {
      kind: "remote-server",
      orchestrator: { kind: orchestrator },
      hosts: [{ name: "node-1", address: "10.0.0.11", cpu: "16", memory: "64GiB", disk: "256GiB" }],
      governance: {
        wastage: {
          severity: "warning",
          rules: resources.map((resource) => ({ resource, belowPercent: 20, forMinutes: 30 })),
        },
      },
    },
    agent: {
      image: "registry.example/team/flame-agent:1.2.0",
      ports: [{ hostPort: 8080, address: "0.0.0.0" }],
      authentication: { kind: "bearer", token: { secret: "accessToken" } },
      database: { kind: "postgresql" },
    },
  };
}

describe.skipIf(!(await havePromtool()))("alerts about waste", () => {
  describe.each(ORCHESTRATORS)("the rendered alerts of %s", (orchestrator) => {
    it("are rules that Prometheus loads", async () => {
      const { rules, count } = await ruleFile(orchestrator);
      const { stdout } = await promtool("check", "rules", rules);
      expect(stdout).toContain(`SUCCESS: ${count} rules found`);
    });
  });

  it("tell of an agent that uses a tenth of its CPU for half an hour, and not of one that uses half", async () => {
    const { folder, rules } = await ruleFile("kubernetes");
    const suite = join(folder, "suite.yaml");
    // Half of a core is asked for: 3 s of CPU in a minute are a tenth of it.
    const seconds = (perMinute: number) => `0+${perMinute}x120`;
    const used = (container: string, perMinute: number) => ({
      series: `container_cpu_usage_seconds_total{namespace="flame-dev",container="${container}",pod="a"}`,
      values: seconds(perMinute),
    });
    await writeFile(
      suite,
      stringify({
        rule_files: [rules],
        evaluation_interval: "1m",
        tests: [
          {
            interval: "1m",
            input_series: [used("agent", 1.5), used("database", 7.5)],
            alert_rule_test: [
              { eval_time: "20m", alertname: "FlameWastedCpu", exp_alerts: [] },
              {
                eval_time: "60m",
                alertname: "FlameWastedCpu",
                exp_alerts: [
                  {
                    exp_labels: { severity: "warning", workload: "agent", resource: "cpu" },
                    exp_annotations: {
                      summary: "agent uses less than 20 % of the cpu that it asks for",
                      description: "For 30 minutes now 10.0 % is used: lower requests.cpu, or the number of replicas.",
                    },
                  },
                ],
              },
            ],
          },
        ],
      }),
    );
    const { exitCode, stdout, stderr } = await promtool("test", "rules", suite);
    expect(`${stdout}${stderr}`).toContain("SUCCESS");
    expect(exitCode).toBe(0);
  });
});

async function ruleFile(orchestrator: OrchestratorKind) {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-alerts-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const content =
    manifestsOf(documentOf(orchestrator)).find(({ path }) => path === "alerts/wastage.yaml")?.content ?? "";
  const rules = join(folder, "wastage.yaml");
  await writeFile(rules, content);
  return { folder, rules, count: content.match(/alert: /g)?.length ?? 0 };
}
