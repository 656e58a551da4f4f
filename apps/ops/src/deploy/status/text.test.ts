import { expect, it } from "vitest";
import type { StatusReport } from "./report.ts";
import { renderStatus } from "./text.ts";

const now = Date.parse("2026-11-21T09:02:05Z");
const plain = (_style: string, text: string) => text;
const report: StatusReport = {
  environment: "dev",
  way: "embedded",
  url: "http://127.0.0.1:4111",
  since: "2026-11-21T08:00:00Z",
  readiness: "ready",
  turnsActive: 2,
  parts: [
    {
      key: "agent",
      name: "process 101",
      kind: "process",
      state: "running",
      works: true,
      health: "healthy",
      restarts: 3,
      lastRestart: "was ended by SIGKILL",
      startedAt: "2026-11-21T09:02:00Z",
      cpu: { cores: 0.254, limit: 2 },
      memory: { usedMiB: 400.4, limitMiB: 1024 },
      network: null,
    },
  ],
  host: { cpuPercent: 91.2, memoryPercent: 40, diskPercent: null, network: { receivedMiB: 1.25, sentMiB: 0 } },
  storagePercent: null,
  thresholds: { cpuPercent: 90, memoryPercent: 90, diskPercent: 85, restarts: 3, errorPercent: 5 },
  alerts: [{ about: "agent", found: "was started again 3 times", threshold: "3" }],
  reconciliation: {
    needed: true,
    why: "CPU of the machine 91 % > 85 %",
    limits: [{ key: "agent", cpu: "1", memoryMiB: 512 }],
  },
};

it("a status tells use against limits, alerts and what reconciliation would do", () => {
  expect(renderStatus(report, plain, now)).toMatchInlineSnapshot(`
    "dev  embedded  http://127.0.0.1:4111  ready  up 1 h 2 min
      turns    2 active
      agent    process 101: running, healthy, for 5 s, 3 restarts (it was ended by SIGKILL), CPU 0.25 of 2, memory 400 of 1024 MiB
      machine  CPU 91 %, memory 40 %, received 1.3 MiB, sent 0.0 MiB
      storage  unknown
      limits   would lower limits: CPU of the machine 91 % > 85 %
               agent: CPU 1, memory 512 MiB
      alerts   from CPU 90 % and memory 90 % of their limits, storage 85 %, 3 restarts, 5 % of requests failed
      ALERT    agent: was started again 3 times (from 3)
    "
  `);
});

it("a status of nothing says how to bring it up", () => {
  expect(renderStatus({ ...report, way: null }, plain, now)).toBe("dev: nothing is up (blueprint up dev)\n");
});
