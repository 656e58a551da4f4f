import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { containerPlan } from "../../../test/support/container-plan.ts";
import { mebibytes, milliCpu } from "../../core/index.ts";
import type { ContainerPlan } from "../container.plan.ts";
import {
  dockerContainerArgs,
  dockerContainerOptions,
  dockerNetworkArgs,
  dockerNetworkOptions,
  dockerVolumeArgs,
  podmanSecretName,
} from "./docker-container.ts";

const argsOf = (changes: Partial<ContainerPlan>, engine: "podman" | "docker" = "podman") =>
  dockerContainerArgs(containerPlan(changes), engine, "flame", () => pulumi.secret("value"));

describe("a container of Docker's interface", () => {
  it("has no privileges, whatever it is", () => {
    expect(argsOf({})).toMatchObject({
      user: "999:998",
      readOnly: true,
      init: true,
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges"],
    });
  });

  it("has the limits of its plan, and its swap, without which every update would change it", () => {
    expect(argsOf({})).toMatchObject({
      cpuShares: 128,
      cpus: "0.5",
      memory: 512,
      memoryReservation: 256,
      memorySwap: 768,
    });
  });

  it("is stopped and deleted with the same grace", () => {
    expect(argsOf({ stopGraceSeconds: 190 })).toMatchObject({ stopTimeout: 190, destroyGraceSeconds: 190 });
  });

  it("says whole cores with a decimal, as the provider reads them back", () => {
    expect(argsOf({ limits: { ...containerPlan().limits, cpu: milliCpu(2000) } }).cpus).toBe("2.0");
  });

  it.each<{ why: string; changes: Partial<ContainerPlan>; args: object }>([
    { why: "no command of its own", changes: {}, args: { command: undefined, dns: undefined } },
    { why: "a command", changes: { command: ["--port", "1"] }, args: { command: ["--port", "1"] } },
    { why: "name servers", changes: { dnsServers: ["9.9.9.9"] }, args: { dns: ["9.9.9.9"] } },
    {
      why: "a published port",
      changes: { ports: [{ hostPort: 80, containerPort: 8080, protocol: "udp", address: "127.0.0.1" }] },
      args: { ports: [{ internal: 8080, external: 80, ip: "127.0.0.1", protocol: "udp" }] },
    },
    {
      why: "a health check without a shell",
      changes: {},
      args: {
        healthcheck: { tests: ["CMD", "cache", "ping"], interval: "60s", timeout: "5s", startPeriod: "0s", retries: 3 },
      },
    },
    { why: "no restart", changes: { restart: { kind: "never" } }, args: { restart: "no" } },
    {
      why: "some restarts",
      changes: { restart: { kind: "on-failure", maxRetries: 4 } },
      args: { restart: "on-failure", maxRetryCount: 4 },
    },
    { why: "restarts always", changes: { restart: { kind: "always" } }, args: { restart: "always" } },
    {
      why: "restarts unless stopped",
      changes: { restart: { kind: "unless-stopped" } },
      args: { restart: "unless-stopped" },
    },
    { why: "no log", changes: { logging: { kind: "none" } }, args: { logDriver: "none", logOpts: {} } },
    {
      why: "the journal",
      changes: { logging: { kind: "journald", tag: undefined } },
      args: { logDriver: "journald", logOpts: {} },
    },
    {
      why: "the journal under a tag",
      changes: { logging: { kind: "journald", tag: "flame" } },
      args: { logDriver: "journald", logOpts: { tag: "flame" } },
    },
  ])("has $why", ({ changes, args }) => {
    expect(argsOf(changes)).toMatchObject(args);
  });

  it("sees volumes and folders, and memory apart from them", () => {
    const { volumes, tmpfs } = argsOf({
      mounts: [
        { kind: "volume", volume: "flame-data", containerPath: "/data" },
        { kind: "folder", hostPath: "/srv/a", containerPath: "/a", mode: "ro" },
        { kind: "folder", hostPath: "/srv/b", containerPath: "/b", mode: "rw" },
        { kind: "memory", containerPath: "/tmp", sizeMiB: 64, options: ["noexec"], owner: undefined },
      ],
    });
    expect(volumes).toEqual([
      { volumeName: "flame-data", containerPath: "/data" },
      { hostPath: "/srv/a", containerPath: "/a", readOnly: true },
      { hostPath: "/srv/b", containerPath: "/b", readOnly: false },
    ]);
    expect(tmpfs).toEqual({ "/tmp": expect.stringMatching(/^size=64m,noexec,.*nosuid,nodev/) });
  });
});

describe("what engines differ in", () => {
  const memory = (owner: string | undefined) =>
    ({ mounts: [{ kind: "memory", containerPath: "/a", sizeMiB: 1, options: [], owner }] }) as const;

  it.each([
    {
      why: "Podman takes the owner from the image",
      engine: "podman",
      owner: "1:2",
      options: "size=1m,rw,rprivate,nosuid,nodev,tmpcopyup",
    },
    {
      why: "Docker is told owner and group",
      engine: "docker",
      owner: "1:2",
      options: "size=1m,nosuid,nodev,uid=1,gid=2",
    },
    {
      why: "Docker is told one number for both",
      engine: "docker",
      owner: "1",
      options: "size=1m,nosuid,nodev,uid=1,gid=1",
    },
    { why: "Docker leaves it to root", engine: "docker", owner: undefined, options: "size=1m,nosuid,nodev" },
  ] as const)("is the owner of memory: $why", ({ engine, owner, options }) => {
    expect(argsOf(memory(owner), engine).tmpfs).toEqual({ "/a": options });
  });

  it.each([
    { engine: "podman", logOpts: { "max-size": "1048576" } },
    { engine: "docker", logOpts: { "max-size": "1048576", "max-file": "3" } },
  ] as const)("is how many log files are kept: $engine", ({ engine, logOpts }) => {
    const logging = { kind: "file", maxSize: mebibytes(1), maxFiles: 3 } as const;
    expect(argsOf({ logging }, engine)).toMatchObject({ logDriver: "json-file", logOpts });
  });

  it("is what Podman doesn't report: a label changes with it, so that it still counts", () => {
    const logging = { kind: "journald", tag: "flame" } as const;
    expect(argsOf({ logging }, "podman").labels).toEqual([{ label: "blueprint.fixed", value: "tag=flame" }]);
    expect(argsOf({ logging }, "docker").labels).toEqual([]);
    expect(dockerContainerOptions("podman").ignoreChanges).toContain("logOpts");
    expect(dockerContainerOptions("docker").ignoreChanges).toEqual([]);
  });

  it("is what Podman can't update: it replaces the container", () => {
    expect(dockerContainerOptions("podman").replaceOnChanges).toEqual(
      expect.arrayContaining(["memory", "restart", "healthcheck"]),
    );
    expect(dockerContainerOptions("docker").replaceOnChanges).not.toContain("memory");
    expect(dockerContainerOptions("docker").deleteBeforeReplace).toBe(true);
  });

  it("is how a network is told and compared", () => {
    const plan = {
      name: "flame",
      driver: "bridge" as const,
      addressRange: undefined,
      subnet: "10.0.0.0/24",
      gateway: "10.0.0.1",
      options: { isolate: "true" },
      labels: { team: "a" },
    };
    expect(dockerNetworkArgs(plan, "podman")).toEqual({
      name: "flame",
      driver: "bridge",
      ipamConfigs: [{ subnet: "10.0.0.0/24", gateway: "10.0.0.1" }],
      ipamOptions: { driver: "host-local" },
      options: { isolate: "true" },
      labels: [{ label: "team", value: "a" }],
    });
    expect(dockerNetworkArgs({ ...plan, options: {} }, "docker")).toEqual({
      name: "flame",
      driver: "bridge",
      ipamConfigs: [{ subnet: "10.0.0.0/24", gateway: "10.0.0.1" }],
      options: {},
      labels: [{ label: "team", value: "a" }],
    });
    expect(dockerNetworkOptions(plan, "podman").ignoreChanges).toEqual(["labels", "options"]);
    expect(dockerNetworkOptions(plan, "podman").replacementTrigger).toEqual(plan.options);
    expect(dockerNetworkOptions(plan, "docker")).toEqual({ deleteBeforeReplace: true, ignoreChanges: ["labels"] });
  });
});

describe("a volume", () => {
  it("is of the local driver, with its labels", () => {
    expect(
      dockerVolumeArgs({
        name: "flame-data",
        persistent: true,
        driver: "local",
        driverOptions: {},
        labels: { team: "a" },
      }),
    ).toMatchObject({
      name: "flame-data",
      driver: "local",
      labels: [{ label: "team", value: "a" }],
    });
  });
});

describe("a secret's name in Podman's store", () => {
  it.each([
    {
      why: "the stack's own secret",
      source: { kind: "configuration", name: "modelApiKey" },
      name: "flame-dev-model-api-key",
    },
    {
      why: "a random value",
      source: { kind: "generated", name: "database-password", length: 32 },
      name: "flame-dev-generated-database-password",
    },
  ] as const)("carries the environment: $why", ({ source, name }) => {
    expect(podmanSecretName("dev", source)).toBe(name);
  });
});
