import { expect, it } from "vitest";
import { readAgentMetrics } from "./agent-metrics.ts";

it("reads turns and failures off the agent's metrics, without the probes", () => {
  const text = [
    "# HELP flame_turns_active Turns that run now.",
    "# TYPE flame_turns_active gauge",
    "flame_turns_active 2",
    'flame_http_requests_total{method="POST",route="/turns",status="200"} 90',
    'flame_http_requests_total{method="POST",route="/turns",status="503"} 4',
    'flame_http_requests_total{method="GET",route="/api/agents/:id",status="500"} 1',
    'flame_http_requests_total{method="GET",route="/ready",status="503"} 700',
    'flame_http_requests_total{method="GET",route="/health",status="200"} 9e2',
    'flame_http_requests_total{method="GET",route="a \\"quoted\\" one",status="404"} 5',
    'flame_turns_total{outcome="completed"} 80',
    'flame_turns_total{outcome="timed-out"} 2',
    'flame_turns_total{outcome="failed"} 3',
    "nodejs_version_info 1 2",
    "",
  ].join("\n");
  expect(readAgentMetrics(text)).toEqual({ turnsActive: 2, answered: 100, failed: 10 });
});

it("finds nothing in what isn't metrics", () => {
  expect(readAgentMetrics("<html></html>")).toEqual({ turnsActive: 0, answered: 0, failed: 0 });
});
