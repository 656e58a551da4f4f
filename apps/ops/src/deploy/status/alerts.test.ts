import { describe, expect, it } from "vitest";
import { evaluateAlerts, type Observed } from "./alerts.ts";
import type { PartStatus } from "./report.ts";

const thresholds = { cpuPercent: 90, memoryPercent: 90, diskPercent: 85, restarts: 3, errorPercent: 5 };
const part: PartStatus = {
  key: "agent",
  name: "flame-dev-agent",
  kind: "container",
  state: "running",
  works: true,
  health: "healthy",
  restarts: 0,
  lastRestart: null,
  startedAt: "2026-11-21T08:00:00Z",
  cpu: { cores: 1, limit: 2 },
  memory: { usedMiB: 400, limitMiB: 1000 },
  network: null,
};
const fine: Observed = {
  parts: [part],
  figures: { turnsActive: 1, answered: 100, failed: 0 },
  storagePercent: 20,
  notReady: undefined,
};
const withPart = (change: Partial<PartStatus>): Observed => ({ ...fine, parts: [{ ...part, ...change }] });

describe("alerts", () => {
  it.each([
    { why: "all is well", observed: fine, alerts: [] },
    {
      why: "just below every threshold",
      observed: { ...withPart({ restarts: 2, cpu: { cores: 1.79, limit: 2 } }), storagePercent: 84.9 },
      alerts: [],
    },
    {
      why: "CPU at its threshold",
      observed: withPart({ cpu: { cores: 1.8, limit: 2 } }),
      alerts: ["agent: 90.0 % of its CPU limit (90 %)"],
    },
    {
      why: "memory",
      observed: withPart({ memory: { usedMiB: 950, limitMiB: 1000 } }),
      alerts: ["agent: 95.0 % of its memory limit (90 %)"],
    },
    { why: "restarts", observed: withPart({ restarts: 3 }), alerts: ["agent: was started again 3 times (3)"] },
    { why: "bad health", observed: withPart({ health: "unhealthy" }), alerts: ["agent: is unhealthy (healthy)"] },
    {
      why: "an ended container",
      observed: withPart({ works: false, state: "exited" }),
      alerts: ["agent: is exited (running)"],
    },
    {
      why: "not ready",
      observed: { ...fine, notReady: "not ready (503)" },
      alerts: ["agent: not ready (503) (ready)"],
    },
    {
      why: "failed requests",
      observed: { ...fine, figures: { turnsActive: 0, answered: 40, failed: 2 } },
      alerts: ["agent requests: 5.0 % failed (5 %)"],
    },
    { why: "storage", observed: { ...fine, storagePercent: 85 }, alerts: ["storage: 85.0 % in use (85 %)"] },
    {
      why: "what isn't known",
      observed: {
        ...withPart({ cpu: null, memory: null, health: null }),
        figures: undefined,
        storagePercent: undefined,
      },
      alerts: [],
    },
    { why: "no request yet", observed: { ...fine, figures: { turnsActive: 0, answered: 0, failed: 0 } }, alerts: [] },
  ])("$why", ({ observed, alerts }) => {
    expect(
      evaluateAlerts(observed, thresholds).map(({ about, found, threshold }) => `${about}: ${found} (${threshold})`),
    ).toEqual(alerts);
  });
});
