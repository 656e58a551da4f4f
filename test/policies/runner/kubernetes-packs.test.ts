import { describe, expect, it } from "vitest";
import { gate, runPack } from "../../../policies/runner/index.ts";
import { withValues } from "../../support/document.ts";
import { graphOf } from "../../support/environment.ts";

const SERVER = {
  topology: {
    kind: "remote-server",
    orchestrator: { kind: "kubernetes" },
    hosts: [{ name: "node-1", address: "10.0.0.11", cpu: "16", memory: "64GiB", disk: "256GiB" }],
  },
  agent: {
    image: "registry.example/team/flame-agent:1.2.0",
    ports: [{ hostPort: 8080, address: "0.0.0.0" }],
    authentication: { kind: "bearer", token: { secret: "accessToken" } },
    database: { kind: "postgresql" },
  },
  scaling: { preset: "steady" },
};

/** What both packs say of a server on Kubernetes. */
async function gateOf(changes: Readonly<Record<string, unknown>> = {}) {
  const graph = await graphOf(withValues(SERVER, changes), { name: "staging" });
  return gate(
    await Promise.all(["policies/baseline", "policies/production"].map((packFolder) => runPack({ packFolder, graph }))),
  );
}

describe("the packs on a server's own graph on Kubernetes", () => {
  it.each([
    { what: "as staging is", changes: {} },
    { what: "with a fixed count", changes: { scaling: { replicas: { min: 3, max: 3 } } } },
    { what: "with blue-green updates", changes: { "topology.workload.update.strategy": "blue-green" } },
    {
      what: "with versions that are tried out",
      changes: { "topology.workload.update.strategy": "canary", scaling: { replicas: { min: 4, max: 4 } } },
    },
    { what: "with everybody let in", changes: { "topology.orchestrator.networkPolicy.kind": "allow-all" } },
    { what: "on an older version", changes: { "topology.orchestrator.version": "1.29" } },
  ])("pass $what", async ({ changes }) => {
    expect(await gateOf(changes)).toEqual({ ok: true, mandatoryFailures: [], couldNotRun: [] });
  });
});
