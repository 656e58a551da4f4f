import { describe, expect, it } from "vitest";
import {
  AbsolutePath,
  AdditionalContainers,
  ContainerResources,
  HealthCheck,
  PublishedPort,
} from "./container.settings.ts";

describe("a path between an engine's colons", () => {
  it.each(["/srv/flame", "/a", "/srv/our documents", "/srv/é", "/srv/.hidden/..name"])("is accepted: %s", (path) => {
    expect(AbsolutePath.safeParse(path).success).toBe(true);
  });

  it.each([
    { path: "srv/flame", why: "relative" },
    { path: "/", why: "the root itself" },
    { path: "/srv/../etc", why: "a way up" },
    { path: "/srv/./a", why: "a way nowhere" },
    { path: "/srv//a", why: "a doubled slash" },
    { path: "/srv/a/", why: "a slash at its end, under which it would be another path" },
    { path: "/srv/a:ro", why: "a colon, which ends a path" },
    { path: "/srv/a\nb", why: "a line break, which ends a unit's entry" },
    { path: "", why: "nothing written" },
  ])("is refused: $why", ({ path }) => {
    expect(AbsolutePath.safeParse(path).error?.issues).toMatchObject([
      { message: expect.stringContaining("absolute path") },
    ]);
  });
});

describe("a published port", () => {
  it("is for this machine only where nothing else is said", () => {
    expect(PublishedPort.parse({ hostPort: 80 })).toEqual({
      hostPort: 80,
      containerPort: 4111,
      protocol: "tcp",
      address: "127.0.0.1",
    });
  });

  it.each(["localhost", "::1", "127.0.0.1:80", "999.0.0.1", ""])("is refused at the address %j", (address) => {
    expect(PublishedPort.safeParse({ hostPort: 80, address }).error?.issues).toMatchObject([{ path: ["address"] }]);
  });
});

describe("a health check", () => {
  it("whose checks would pile up is refused with the interval", () => {
    expect(
      HealthCheck.safeParse({ command: ["a"], intervalSeconds: 5, timeoutSeconds: 6 }).error?.issues,
    ).toMatchObject([{ path: ["timeoutSeconds"], message: expect.stringContaining("at most the interval of 5 s") }]);
  });

  it("may use its whole interval", () => {
    expect(HealthCheck.safeParse({ command: ["a"], intervalSeconds: 5, timeoutSeconds: 5 }).success).toBe(true);
  });

  it.each([{ command: [] }, { command: [""] }, {}])("without a command is refused: %j", (check) => {
    expect(HealthCheck.safeParse(check).success).toBe(false);
  });
});

describe("resources of a container", () => {
  it.each([
    {
      why: "memory",
      resources: { requests: { memory: "2GiB" }, limits: { memory: "1GiB" } },
      path: ["requests", "memory"],
    },
    { why: "CPU", resources: { requests: { cpu: "3" } }, path: ["requests", "cpu"] },
  ])("whose request is above its limit are refused: $why", ({ resources, path }) => {
    expect(ContainerResources.safeParse(resources).error?.issues).toMatchObject([{ path }]);
  });

  it.each([
    {
      why: "memory of nothing",
      resources: { requests: { memory: "0B" }, limits: { memory: "0B" } },
      path: ["limits", "memory"],
    },
    { why: "CPU of nothing", resources: { requests: { cpu: "0" }, limits: { cpu: "0" } }, path: ["limits", "cpu"] },
  ])("that an engine would read as unlimited are refused: $why", ({ resources, path }) => {
    expect(ContainerResources.safeParse(resources).error?.issues).toMatchObject([{ path }]);
  });

  it.each(["0", "0-3", "0,2", "0-1,3-4"])("run on the processors %s", (cpuSet) => {
    expect(ContainerResources.safeParse({ cpuSet }).success).toBe(true);
  });

  it.each([
    { cpuSet: "", why: "none" },
    { cpuSet: "a", why: "a word" },
    { cpuSet: "0-", why: "a range without an end" },
    { cpuSet: "0, 1", why: "a blank" },
    { cpuSet: "3-1", why: "a range that runs backwards" },
  ])("are refused on processors that aren't any: $why", ({ cpuSet }) => {
    expect(ContainerResources.safeParse({ cpuSet }).error?.issues).toMatchObject([{ path: ["cpuSet"] }]);
  });
});

describe("the name of a further container", () => {
  const accepts = (name: string) =>
    AdditionalContainers.safeParse({ [name]: { image: "r.example/a:1", healthCheck: { command: ["a"] } } }).success;

  it.each(["a", "cache", "cache-2", "a".repeat(31)])("is accepted: %s", (name) => {
    expect(accepts(name)).toBe(true);
  });

  it.each(["Cache", "2cache", "cache_2", "cache-", "", "a".repeat(32)])(
    "is refused, since it couldn't be a host name: %j",
    (name) => {
      expect(accepts(name)).toBe(false);
    },
  );
});
