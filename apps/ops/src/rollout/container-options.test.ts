import { describe, expect, it } from "vitest";
import { parseEnvironment } from "../../../../stacks/config.ts";
import { planServer } from "../../../../stacks/remote-server.ts";
import { sshParameters } from "../deploy/engines/open-engine.ts";
import { containerOptions, trialOptions } from "./container-options.ts";
import { titleOf } from "./standalone.ts";

/** The containers of a server on one standalone host. */
function containersOf(agent: Readonly<Record<string, unknown>> = {}) {
  const plan = planServer(
    parseEnvironment("staging", {
      values: {
        topology: {
          kind: "remote-server",
          orchestrator: { kind: "standalone" },
          hosts: [{ name: "node-1", address: "10.0.0.11", cpu: "8", memory: "32GiB", disk: "256GiB" }],
        },
        agent: {
          image: "registry.example/team/flame-agent:1.2.0",
          ports: [{ hostPort: 8080, address: "0.0.0.0" }],
          authentication: { kind: "bearer", token: { secret: "accessToken" } },
          database: { kind: "postgresql" },
          ...agent,
        },
        scaling: { replicas: { min: 2, max: 2 } },
      },
      secretNames: ["accessToken"],
    }),
  );
  if (plan?.target.kind !== "standalone") throw new Error("the plan is standalone");
  return plan.target.hosts[0]?.containers ?? [];
}

const optionsOf = (
  key: string,
  agent: Readonly<Record<string, unknown>> = {},
  engine: "docker" | "podman" = "docker",
) => {
  const container = containersOf(agent).find((one) => one.key === key);
  if (!container) throw new Error(`the plan has a ${key}`);
  return containerOptions(container, engine, "flame-staging-net", { FLAME_ACCESS_TOKEN: "value" });
};

describe("a container in the words of Docker's interface", () => {
  it("is as narrow as the plan", () => {
    expect(optionsOf("agent")).toMatchObject({
      User: "10001:10001",
      StopTimeout: 190,
      Env: expect.arrayContaining(["FLAME_ACCESS_TOKEN=value", "FLAME_DRAIN_SECONDS=185"]),
      HostConfig: {
        ReadonlyRootfs: true,
        Init: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        PortBindings: {},
        NetworkMode: "flame-staging-net",
      },
      NetworkingConfig: { EndpointsConfig: { "flame-staging-net": { Aliases: ["flame-staging-agent"] } } },
    });
    expect(optionsOf("proxy").HostConfig?.PortBindings).toEqual({
      "8080/tcp": [{ HostIp: "0.0.0.0", HostPort: "8080" }],
    });
    expect(optionsOf("database").HostConfig?.Binds).toEqual(["flame-staging-postgresql:/var/lib/postgresql/data"]);
  });

  it.each([
    { restart: { kind: "never" }, policy: { Name: "no" } },
    { restart: { kind: "on-failure", maxRetries: 3 }, policy: { Name: "on-failure", MaximumRetryCount: 3 } },
    { restart: { kind: "always" }, policy: { Name: "always" } },
    { restart: { kind: "unless-stopped" }, policy: { Name: "unless-stopped" } },
  ])("comes back as asked: $restart.kind", ({ restart, policy }) => {
    expect(optionsOf("agent", { restart }).HostConfig?.RestartPolicy).toEqual(policy);
  });

  it.each([
    {
      logging: { kind: "file", maxSize: "10MiB", maxFiles: 2 },
      log: { Type: "json-file", Config: { "max-size": "10485760", "max-file": "2" } },
    },
    { logging: { kind: "journald", tag: "flame" }, log: { Type: "journald", Config: { tag: "flame" } } },
    { logging: { kind: "none" }, log: { Type: "none", Config: {} } },
  ])("logs as asked: $logging.kind", ({ logging, log }) => {
    expect(optionsOf("agent", { logging }).HostConfig?.LogConfig).toEqual(log);
  });

  it("mounts folders read-only unless asked", () => {
    const volumes = [{ hostPath: "/srv/documents", containerPath: "/documents" }];
    expect(optionsOf("agent", { volumes }).HostConfig?.Binds).toEqual(["/srv/documents:/documents:ro"]);
  });

  it("is tried under another name, without a port, an alias of the others, or a second life", () => {
    const trial = trialOptions(optionsOf("proxy"), "trial");
    expect(trial).toMatchObject({
      name: "trial",
      HostConfig: { PortBindings: {}, RestartPolicy: { Name: "no" }, ReadonlyRootfs: true },
      NetworkingConfig: { EndpointsConfig: { "flame-staging-net": { Aliases: ["trial"] } } },
    });
  });
});

describe("an engine over SSH", () => {
  it.each([
    { address: "ssh://deploy@10.0.0.11:2222", begin: ["-p", "2222", "-l", "deploy", "--", "10.0.0.11"] },
    { address: "ssh://10.0.0.11", begin: ["--", "10.0.0.11"] },
  ])("$address is reached as OpenSSH reaches it", ({ address, begin }) => {
    const parameters = sshParameters(address);
    expect(parameters.slice(4, 4 + begin.length)).toEqual(begin);
    expect(parameters.slice(-3)).toEqual(["docker", "system", "dial-stdio"]);
    expect(parameters).toContain("BatchMode=yes");
  });
});

describe("a step's title", () => {
  it.each([
    { action: { kind: "make-network" }, title: "make the network" },
    { action: { kind: "make-volume", volume: "v" }, title: "make the volume v" },
    { action: { kind: "try", container: "a", seconds: 30 }, title: "try a for 30 s, without requests" },
    { action: { kind: "start", containers: ["a", "b"] }, title: "start a, b and wait until healthy" },
    { action: { kind: "start-again", containers: ["a"] }, title: "start a again" },
    { action: { kind: "wait", seconds: 7 }, title: "wait 7 s until the proxy knows" },
    { action: { kind: "stop", containers: [{ name: "a", graceSeconds: 190 }] }, title: "stop a (at most 190 s)" },
    { action: { kind: "rename", container: "a", as: "b" }, title: "rename a to b" },
    { action: { kind: "remove", containers: ["a"] }, title: "remove a" },
  ] as const)("says what is done: $title", ({ action, title }) => {
    expect(titleOf(action)).toBe(title);
  });
});
