import { describe, expect, it } from "vitest";
import { mebibytes, milliCpu } from "../core/index.ts";
import { checkWastage, planWastageAlerts, type WastageSubject } from "./wastage.plan.ts";
import { Wastage } from "./wastage.settings.ts";

const subject = (changes: Partial<WastageSubject> = {}): WastageSubject => ({
  key: "agent",
  cpuRequest: milliCpu(500),
  memoryRequest: mebibytes(512),
  containers: 'namespace="flame",container="agent"',
  volumes: undefined,
  ...changes,
});
const wastage = (resource: string, more: object = {}) =>
  Wastage.parse({ rules: [{ resource, belowPercent: 20, forMinutes: 60 }], ...more });

describe("an alert about waste", () => {
  it.each([
    {
      resource: "cpu",
      expr: '100 * avg(rate(container_cpu_usage_seconds_total{namespace="flame",container="agent"}[5m])) / 0.5 < 20',
    },
    {
      resource: "memory",
      expr: '100 * avg(container_memory_working_set_bytes{namespace="flame",container="agent"}) / 536870912 < 20',
    },
  ])("compares the use of $resource with what is asked for", ({ resource, expr }) => {
    const [alert, ...others] = planWastageAlerts(wastage(resource, { severity: "warning" }), [subject()]);
    expect(alert).toMatchObject({ expr, for: "60m", labels: { severity: "warning", workload: "agent", resource } });
    expect(others).toEqual([]);
  });

  it("is about volumes of workloads that have some", () => {
    const alerts = planWastageAlerts(wastage("storage"), [subject(), subject({ key: "database", volumes: 'a="b"' })]);
    expect(alerts.map(({ labels }) => labels.workload)).toEqual(["database"]);
    expect(alerts[0]?.expr).toBe(
      '100 * max(kubelet_volume_stats_used_bytes{a="b"} / kubelet_volume_stats_capacity_bytes{a="b"}) < 20',
    );
  });

  it("is refused about volumes where nobody measures them", () => {
    expect(checkWastage(wastage("storage"), false).map(({ path }) => path)).toEqual([
      "topology.governance.wastage.rules.0.resource",
    ]);
    expect(checkWastage(wastage("storage"), true)).toEqual([]);
    expect(checkWastage(wastage("cpu"), false)).toEqual([]);
  });
});
