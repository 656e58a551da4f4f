import { describe, expect, it } from "vitest";
import { testPlan } from "../testing/plan.ts";
import { reconcile } from "./reconcile.ts";

const { reconciliation } = testPlan().desktop.resources;
const host = { cpuPercent: 50, memoryPercent: 60, diskPercent: null, network: null };

describe("reconciliation", () => {
  it.each([
    { why: "both are below", use: host, needed: false, limits: 0 },
    { why: "a threshold that is met isn't exceeded", use: { ...host, cpuPercent: 85 }, needed: false, limits: 0 },
    { why: "CPU is above", use: { ...host, cpuPercent: 86 }, needed: true, limits: 1 },
    {
      why: "memory is above, CPU isn't known",
      use: { ...host, cpuPercent: null, memoryPercent: 90 },
      needed: true,
      limits: 1,
    },
    { why: "memory isn't known", use: { ...host, memoryPercent: null }, needed: null, limits: 0 },
  ])("needed: $needed, since $why", ({ use, needed, limits }) => {
    const result = reconcile(use, reconciliation);
    expect(result.needed).toBe(needed);
    expect(result.limits).toHaveLength(limits);
  });

  it("gives each container the limits that the plan has for it", () => {
    expect(reconcile({ ...host, cpuPercent: 99 }, reconciliation)).toEqual({
      needed: true,
      why: "CPU of the machine 99 % > 85 %",
      limits: [{ key: "agent", cpu: "1.125", memoryMiB: 768 }],
    });
  });
});
