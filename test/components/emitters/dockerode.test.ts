import { describe, expect, it } from "vitest";
import { containerOptions } from "../../../apps/ops/src/rollout/container-options.ts";
import { expectEmitted } from "./expect-emitted.ts";
import { containerIn, fullHost, REVISION } from "./standalone-containers.ts";

const optionsOf = (engine: "docker" | "podman", key: string) =>
  containerOptions(containerIn(fullHost(engine), key), engine, "net", { CACHE_TOKEN: "value" });

/** What Docker's interface is told of the container, and the same of Podman's. */
const CACHE = {
  name: "flame-staging-cache",
  Hostname: "flame-staging-cache",
  Image: "registry.example/team/cache:7.4.1",
  Entrypoint: ["/bin/cache"],
  Cmd: ["serve", "--fast"],
  User: "1201:1302",
  Env: ["TZ=Europe/Vienna", "CACHE_TOKEN=value"],
  Labels: { team: "assistants", "blueprint.revision": expect.stringMatching(REVISION) },
  StopTimeout: 193,
  // Nanoseconds of 11, 7 and 37 s.
  Healthcheck: {
    Test: ["CMD", "check", "--deep"],
    Interval: 11_000_000_000,
    Timeout: 7_000_000_000,
    StartPeriod: 37_000_000_000,
    Retries: 4,
  },
  ExposedPorts: { "4101/tcp": {}, "4203/udp": {} },
  NetworkingConfig: { EndpointsConfig: { net: { Aliases: ["flame-staging-cache"] } } },
};
const HOST = {
  ReadonlyRootfs: true,
  Init: true,
  CapDrop: ["ALL"],
  SecurityOpt: ["no-new-privileges"],
  Binds: ["/srv/rules:/rules:ro", "/srv/spool:/spool:rw"],
  // 1.7 cores; 0.31 cores of 1024 shares each, at the weight of a medium priority.
  NanoCpus: 1_700_000_000,
  CpuShares: 317,
  CpusetCpus: "2-5",
  // Bytes of 809, 401 and 912 MiB, the last one memory and swap together.
  Memory: 848_297_984,
  MemoryReservation: 420_478_976,
  MemorySwap: 956_301_312,
  PortBindings: {
    "4101/tcp": [{ HostIp: "0.0.0.0", HostPort: "8102" }],
    "4203/udp": [{ HostIp: "10.1.2.3", HostPort: "8204" }],
  },
  RestartPolicy: { Name: "on-failure", MaximumRetryCount: 8 },
  NetworkMode: "net",
};

describe("what a rollout asks an engine for, of a workload that says something at every leaf", () => {
  it("is a container on Docker", () => {
    expectEmitted(optionsOf("docker", "cache"), {
      ...CACHE,
      HostConfig: {
        ...HOST,
        Tmpfs: { "/run": "size=59m,noexec,nosuid,nodev,uid=1403,gid=1504" },
        LogConfig: { Type: "json-file", Config: { "max-size": "13631488", "max-file": "6" } },
      },
    });
  });

  it("is a container on Podman", () => {
    expectEmitted(optionsOf("podman", "cache"), {
      ...CACHE,
      HostConfig: {
        ...HOST,
        Tmpfs: { "/run": "size=59m,noexec,rw,rprivate,nosuid,nodev,tmpcopyup" },
        LogConfig: { Type: "json-file", Config: { "max-size": "13631488" } },
      },
    });
  });

  it("is a container with its volume", () => {
    expectEmitted(optionsOf("docker", "store").HostConfig?.Binds, ["flame-staging-cache-data:/var/lib/cache"]);
  });
});
