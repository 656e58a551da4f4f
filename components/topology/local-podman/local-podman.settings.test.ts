import { describe, expect, it } from "vitest";
import { LocalPodmanTopology } from "./local-podman.settings.ts";

const parse = (settings: object) => LocalPodmanTopology.safeParse({ kind: "local-podman", ...settings });

describe("an engine's socket", () => {
  it.each([
    { socket: "/run/podman/podman.sock", read: "unix:///run/podman/podman.sock" },
    { socket: "unix:///run/podman/podman.sock", read: "unix:///run/podman/podman.sock" },
    { socket: "npipe:////./pipe/docker_engine", read: "npipe:////./pipe/docker_engine" },
  ])("is read from $socket", ({ socket, read }) => {
    expect(parse({ engine: { socket } }).data?.engine.socket).toBe(read);
  });

  it.each(["podman.sock", "tcp://10.0.0.1:2375", "ssh://host/run/podman.sock", ""])("is refused as %j", (socket) => {
    expect(parse({ engine: { socket } }).error?.issues).toMatchObject([{ path: ["engine", "socket"] }]);
  });
});

describe("a desktop's network", () => {
  it.each([
    { why: "a range of the public internet", network: { subnet: "8.8.8.0/24" }, path: ["network", "subnet"] },
    { why: "a range that only begins private", network: { subnet: "10.0.0.0/7" }, path: ["network", "subnet"] },
    { why: "a range without room", network: { subnet: "10.0.0.0/29" }, path: ["network", "subnet"] },
    {
      why: "a name server inside it",
      network: { dnsServers: ["9.9.9.9", "10.89.42.1"] },
      path: ["network", "dnsServers", 1],
    },
    {
      why: "a name server that is no address",
      network: { dnsServers: ["dns.example"] },
      path: ["network", "dnsServers", 0],
    },
    {
      why: "four name servers",
      network: { dnsServers: ["9.9.9.1", "9.9.9.2", "9.9.9.3", "9.9.9.4"] },
      path: ["network", "dnsServers"],
    },
    { why: "a name of one letter, which Docker refuses", network: { name: "a" }, path: ["network", "name"] },
    { why: "a name with a slash", network: { name: "a/b" }, path: ["network", "name"] },
  ])("is refused with $why", ({ network, path }) => {
    expect(parse({ network }).error?.issues).toMatchObject([{ path }]);
  });

  it.each([
    { why: "the smallest range with room", network: { subnet: "192.168.1.16/28" } },
    { why: "a carrier's range", network: { subnet: "100.64.0.0/16" } },
    { why: "name servers of both versions", network: { dnsServers: ["9.9.9.9", "2620:fe::fe"] } },
  ])("is accepted with $why", ({ network }) => {
    expect(parse({ network }).success).toBe(true);
  });
});

describe("a desktop's storage", () => {
  it("is a volume that stays, where nothing is said", () => {
    expect(parse({}).data?.storage).toEqual({ kind: "volume", persistent: true });
  });

  it.each([
    { why: "a folder that isn't absolute", storage: { kind: "bind", hostPath: "data" }, path: ["storage", "hostPath"] },
    { why: "the root of the host", storage: { kind: "bind", hostPath: "/" }, path: ["storage", "hostPath"] },
    {
      why: "a folder with a colon, which would end its name",
      storage: { kind: "bind", hostPath: "/srv/a:b" },
      path: ["storage", "hostPath"],
    },
    {
      why: "memory of no size, which is memory without a limit",
      storage: { kind: "tmpfs", size: "0B" },
      path: ["storage", "size"],
    },
    {
      why: "an option that engines set themselves",
      storage: { kind: "tmpfs", mountOptions: ["nosuid"] },
      path: ["storage", "mountOptions", 0],
    },
    { why: "a volume's name with a slash", storage: { kind: "volume", name: "/srv" }, path: ["storage", "name"] },
  ])("is refused as $why", ({ storage, path }) => {
    expect(parse({ storage }).error?.issues).toMatchObject([{ path }]);
  });
});
