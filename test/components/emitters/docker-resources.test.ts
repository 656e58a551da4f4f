import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { dockerContainerArgs, dockerNetworkArgs, type SecretSource } from "../../../components/orchestration/index.ts";
import { dockerVolumeArgs } from "../../../components/orchestration/standalone/docker-container.ts";
import { FULL_VOLUME } from "../../support/full-workload.ts";
import { expectEmitted } from "./expect-emitted.ts";
import { containerIn, fullHost, REVISION } from "./standalone-containers.ts";

const resolved = <Value>(value: pulumi.Input<Value>) =>
  new Promise((resolve) => {
    pulumi.output(value).apply(resolve);
  });
const secretOf = ({ name }: SecretSource) => pulumi.output(`value of ${name}`);
const argsOf = (engine: "docker" | "podman", key: string) =>
  resolved(dockerContainerArgs(containerIn(fullHost(engine), key), engine, "net", secretOf));

/** What Docker and Podman are told alike. */
const CACHE = {
  name: "flame-staging-cache",
  hostname: "flame-staging-cache",
  image: "registry.example/team/cache:7.4.1",
  entrypoints: ["/bin/cache"],
  command: ["serve", "--fast"],
  user: "1201:1302",
  envs: ["TZ=Europe/Vienna", "CACHE_TOKEN=value of accessToken"],
  readOnly: true,
  init: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges"],
  // 0.31 cores of 1024 shares each, at the weight of a medium priority.
  cpuShares: 317,
  cpus: "1.7",
  cpuSet: "2-5",
  memory: 809,
  memoryReservation: 401,
  // 809 of memory and 103 of swap.
  memorySwap: 912,
  healthcheck: { tests: ["CMD", "check", "--deep"], interval: "11s", timeout: "7s", startPeriod: "37s", retries: 4 },
  ports: [
    { internal: 4101, external: 8102, ip: "0.0.0.0", protocol: "tcp" },
    { internal: 4203, external: 8204, ip: "10.1.2.3", protocol: "udp" },
  ],
  volumes: [
    { hostPath: "/srv/rules", containerPath: "/rules", readOnly: true },
    { hostPath: "/srv/spool", containerPath: "/spool", readOnly: false },
  ],
  restart: "on-failure",
  maxRetryCount: 8,
  logDriver: "json-file",
  networksAdvanced: [{ name: "net", aliases: ["flame-staging-cache"] }],
  dns: undefined,
  stopTimeout: 193,
  destroyGraceSeconds: 193,
};
const LABELS = [
  { label: "team", value: "assistants" },
  { label: "blueprint.revision", value: expect.stringMatching(REVISION) },
  { label: "blueprint.variables", value: "TZ=Europe/Vienna\nCACHE_TOKEN is the configuration secret accessToken" },
];

describe("Pulumi's resources of a workload that says something at every leaf", () => {
  it("are a container on Docker", async () => {
    expectEmitted(await argsOf("docker", "cache"), {
      ...CACHE,
      tmpfs: { "/run": "size=59m,noexec,nosuid,nodev,uid=1403,gid=1504" },
      logOpts: { "max-size": "13631488", "max-file": "6" },
      labels: LABELS,
    });
  });

  it("are a container on Podman", async () => {
    expectEmitted(await argsOf("podman", "cache"), {
      ...CACHE,
      tmpfs: { "/run": "size=59m,noexec,rw,rprivate,nosuid,nodev,tmpcopyup" },
      logOpts: { "max-size": "13631488" },
      labels: [...LABELS, { label: "blueprint.fixed", value: "max-size=13631488" }],
    });
  });

  it.each(["docker", "podman"] as const)("are a container with its volume on %s", async (engine) => {
    expect(await argsOf(engine, "store")).toMatchObject({
      name: "flame-staging-store",
      volumes: [{ volumeName: "flame-staging-cache-data", containerPath: "/var/lib/cache" }],
    });
  });

  it("are a network", () => {
    const asked = {
      name: "flame-staging-net",
      driver: "bridge",
      ipamConfigs: [{ subnet: "10.31.0.0/20", gateway: "10.31.0.7", ipRange: "10.31.4.0/22" }],
      options: { mtu: "1387" },
      labels: [{ label: "blueprint.component", value: "network" }],
    };
    expectEmitted(dockerNetworkArgs(fullHost("docker").network, "docker"), asked);
    expectEmitted(dockerNetworkArgs(fullHost("podman").network, "podman"), {
      ...asked,
      ipamOptions: { driver: "host-local" },
    });
  });

  it("are a volume", () => {
    expectEmitted(dockerVolumeArgs(FULL_VOLUME), {
      name: "flame-staging-cache-data",
      driver: "nfs",
      driverOpts: { share: "files.example:/cache" },
      labels: [{ label: "purpose", value: "cache" }],
    });
  });
});
