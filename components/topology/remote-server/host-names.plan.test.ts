import { describe, expect, it } from "vitest";
import { manifestsOf, planOf } from "../../../test/support/environment.ts";

const HOST = { name: "node-1", address: "10.0.0.11", cpu: "16", memory: "64GiB", disk: "256GiB" };
const AGENT = {
  image: "registry.example/team/flame-agent:1.2.0",
  database: { kind: "postgresql" },
  ports: [{ hostPort: 8080, address: "0.0.0.0" }],
  authentication: { kind: "bearer", token: { secret: "accessToken" } },
};

/** Names that the agent's workload is told, on each orchestrator. */
function hostsTold(orchestrator: object, topology: object = {}, agent: object = {}): readonly string[] {
  const rendered = manifestsOf({
    topology: { kind: "remote-server", hosts: [HOST], orchestrator, ...topology },
    agent: { ...AGENT, ...agent },
  });
  const values = rendered.flatMap(({ content }) =>
    [...content.matchAll(/FLAME_ALLOWED_HOSTS(?:"?\n\s+"?value"?)?"?[:=] *"?([a-z0-9._,-]+)/g)].map(
      ([, value = ""]) => value,
    ),
  );
  expect(values.length).toBeGreaterThan(0);
  expect(new Set(values).size).toBe(1);
  return (values[0] ?? "").split(",");
}

describe("the names that an agent answers to follow from its endpoints", () => {
  it.each([
    {
      why: "containers and the proxy of a standalone host",
      orchestrator: { kind: "standalone" },
      names: ["flame-dev-agent", "flame-dev-proxy"],
    },
    {
      why: "services and the proxy's look-up in a Swarm",
      orchestrator: { kind: "swarm" },
      names: ["flame-dev-agent", "flame-dev-proxy", "tasks.flame-dev-agent"],
    },
    {
      why: "a service inside a cluster",
      orchestrator: { kind: "kubernetes", namespace: "assistants" },
      names: [
        "flame-dev-agent",
        "flame-dev-agent.assistants",
        "flame-dev-agent.assistants.svc",
        "flame-dev-agent.assistants.svc.cluster.local",
      ],
    },
  ])("$why", ({ orchestrator, names }) => {
    expect(hostsTold(orchestrator)).toEqual(names);
  });

  it.each(["standalone", "swarm", "kubernetes"])(
    "%s: the endpoint's names, hosts with names, and what clients are told",
    (kind) => {
      const names = hostsTold(
        { kind },
        {
          hosts: [{ ...HOST, address: "node-1.example.com" }],
          endpoint: { hostNames: ["agents.example.com", "agents.example.org"] },
          ...(kind === "kubernetes" && { client: { endpoints: { api: "https://front.example.com:8443" } } }),
        },
        { allowedHosts: ["further.example"] },
      );
      expect(names).toEqual(
        expect.arrayContaining([
          "agents.example.com",
          "agents.example.org",
          "node-1.example.com",
          "further.example",
          ...(kind === "kubernetes" ? ["front.example.com"] : []),
        ]),
      );
    },
  );

  it("on a desktop: the container's name on its network", () => {
    const agent = planOf({ topology: { kind: "local-podman" } }).containers.find(({ key }) => key === "agent");
    expect(agent?.environment.FLAME_ALLOWED_HOSTS).toBe("flame-dev-agent");
  });
});
