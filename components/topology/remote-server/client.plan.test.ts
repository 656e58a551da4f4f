import { describe, expect, it } from "vitest";
import { manifestsOf } from "../../../test/support/environment.ts";
import { ClientFile } from "./client.file.ts";

const HOST = { name: "node-1", address: "10.0.0.11", cpu: "16", memory: "64GiB", disk: "256GiB" };
const OPEN = {
  ports: [{ hostPort: 8080, address: "0.0.0.0" }],
  authentication: { kind: "bearer", token: { secret: "accessToken" } },
};

/** The rendered `client.json` of a server. */
function clientOf(orchestrator: object, topology: object = {}, agent: object = OPEN): ClientFile {
  const content = manifestsOf({
    topology: { kind: "remote-server", hosts: [HOST], orchestrator, ...topology },
    agent: { image: "registry.example/team/flame-agent:1.2.0", database: { kind: "postgresql" }, ...agent },
  }).find(({ path }) => path === "client.json")?.content;
  return ClientFile.parse(JSON.parse(content ?? "{}"));
}

describe("a client's file", () => {
  it.each([
    { why: "the host and its port", orchestrator: { kind: "standalone" }, api: "http://10.0.0.11:8080" },
    {
      why: "a name with a certificate",
      orchestrator: { kind: "standalone" },
      topology: { endpoint: { hostNames: ["agents.example.com"], tls: { kind: "certificate", name: "agents" } } },
      api: "https://agents.example.com:8080",
    },
    {
      why: "the scheme's own port behind an ingress",
      orchestrator: { kind: "kubernetes", exposure: { kind: "ingress" } },
      topology: { endpoint: { hostNames: ["agents.example.com"], tls: { kind: "certificate", name: "agents" } } },
      api: "https://agents.example.com",
    },
    {
      why: "a node's port",
      orchestrator: { kind: "kubernetes", exposure: { kind: "node-port", nodePort: 30411 } },
      api: "http://10.0.0.11:30411",
    },
    {
      why: "the service's name where nothing exposes it",
      orchestrator: { kind: "kubernetes", namespace: "assistants" },
      api: "http://flame-dev-agent.assistants.svc:8080",
    },
    {
      why: "what the settings say",
      orchestrator: { kind: "kubernetes" },
      topology: { client: { endpoints: { api: "https://front.example.com" } } },
      api: "https://front.example.com",
    },
  ])("names $why", ({ orchestrator, topology, api }) => {
    expect(clientOf(orchestrator, topology).endpoints.api).toBe(api);
  });

  it("waits through a whole silent turn and never gathers an answer", () => {
    const file = clientOf({ kind: "standalone" });
    expect(file.connection.readTimeoutSeconds).toBe(185);
    expect(file.proxy.bufferResponses).toBe(false);
    expect(file.formatVersion).toBe(1);
  });

  it("has no time at which its cache expires where it doesn't", () => {
    const offline = (cacheExpires: boolean) =>
      clientOf({ kind: "standalone" }, { client: { offline: { cacheExpires, cacheLifetime: "2h" } } }).offline;
    expect(offline(true).cacheLifetimeSeconds).toBe(7200);
    expect(offline(false).cacheLifetimeSeconds).toBeNull();
  });

  it("holds no secret", () => {
    const text = JSON.stringify(clientOf({ kind: "standalone" }));
    expect(text).not.toMatch(/accessToken|a-secret-value/);
  });
});
