import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { containerPlan } from "../../../test/support/container-plan.ts";
import { mebibytes } from "../../core/index.ts";
import type { ContainerPlan } from "../container.plan.ts";
import { quadletContainer, quadletNetwork, quadletUpdateTimer, quadletVolume } from "./quadlet.ts";

const CONTEXT = {
  environment: "dev",
  network: "flame",
  names: { agent: "flame-dev-agent", cache: "flame-dev-cache" },
  autoStart: true,
  startTimeoutSeconds: 60,
};
const unitOf = (changes: Partial<ContainerPlan>, context: Partial<typeof CONTEXT> = {}) =>
  quadletContainer(containerPlan(changes), { ...CONTEXT, ...context });
const linesOf = (changes: Partial<ContainerPlan>, key: string) =>
  unitOf(changes)
    .content.split("\n")
    .filter((line) => line.startsWith(`${key}=`));

describe("a container's unit", () => {
  it("is a file that systemd would take, whole", () => {
    expect(unitOf({})).toEqual({
      fileName: "flame-dev-cache.container",
      content: `[Unit]
Description=cache of the flame environment dev

[Container]
ContainerName=flame-dev-cache
HostName=flame-dev-cache
Image=registry.example/team/cache:7.4.1
User=999
Group=998
ReadOnly=true
RunInit=true
DropCapability=all
NoNewPrivileges=true
Network=flame.network
HealthCmd=["cache","ping"]
HealthInterval=1m
HealthTimeout=5s
HealthStartPeriod=0s
HealthRetries=3
LogDriver=none
PodmanArgs=--memory=512m --memory-reservation=256m --memory-swap=768m --cpu-shares=128 --cpus=0.5 --stop-timeout=30 --network-alias=flame-dev-cache

[Service]
Restart=always
RestartSec=1
TimeoutStartSec=60
TimeoutStopSec=40

[Install]
WantedBy=default.target
`,
    });
  });

  it.each<{ why: string; changes: Partial<ContainerPlan>; lines: readonly string[] }>([
    { why: "a command with a blank", changes: { command: ["--name", "a b"] }, lines: ['Exec=--name "a b"'] },
    { why: "a command with an empty argument", changes: { command: ["--name", ""] }, lines: ['Exec=--name ""'] },
    { why: "a user without a group", changes: { user: "999" }, lines: ["User=999"] },
    { why: "a name server", changes: { dnsServers: ["9.9.9.9", "1.1.1.1"] }, lines: ["DNS=9.9.9.9", "DNS=1.1.1.1"] },
    {
      why: "a published port",
      changes: { ports: [{ hostPort: 80, containerPort: 8080, protocol: "udp", address: "127.0.0.1" }] },
      lines: ["PublishPort=127.0.0.1:80:8080/udp"],
    },
    {
      why: "mounts of every kind",
      changes: {
        mounts: [
          { kind: "volume", volume: "flame-data", containerPath: "/data" },
          { kind: "folder", hostPath: "/srv/a b", containerPath: "/a", mode: "ro" },
          { kind: "memory", containerPath: "/tmp", sizeMiB: 64, options: ["noexec"], owner: undefined },
        ],
      },
      lines: ["Volume=flame-data.volume:/data", "Volume=/srv/a b:/a:ro", "Tmpfs=/tmp:size=64m,noexec,nosuid,nodev"],
    },
    {
      why: "secrets, by the names they have in Podman's store",
      changes: {
        secrets: {
          KEY: { kind: "configuration", name: "modelApiKey" },
          PASSWORD: { kind: "generated", name: "database-password", length: 32 },
        },
      },
      lines: [
        "Secret=flame-dev-model-api-key,type=env,target=KEY",
        "Secret=flame-dev-generated-database-password,type=env,target=PASSWORD",
      ],
    },
    {
      why: "containers that start first",
      changes: { dependsOn: ["agent"] },
      lines: ["Requires=flame-dev-agent.service", "After=flame-dev-agent.service"],
    },
    { why: "updates from the registry", changes: { updateAutomatically: true }, lines: ["AutoUpdate=registry"] },
    { why: "labels", changes: { labels: { team: "our own" } }, lines: ['Label="team=our own"'] },
  ])("says $why", ({ changes, lines }) => {
    const keys = new Set(lines.map((line) => line.split("=")[0] ?? ""));
    expect([...keys].flatMap((key) => linesOf(changes, key))).toEqual(lines);
  });

  it.each<{ why: string; restart: ContainerPlan["restart"]; service: string; burst: readonly string[] }>([
    { why: "never", restart: { kind: "never" }, service: "Restart=no", burst: [] },
    {
      why: "after a failure, a few times",
      restart: { kind: "on-failure", maxRetries: 4 },
      service: "Restart=on-failure",
      burst: ["StartLimitBurst=4"],
    },
    { why: "always", restart: { kind: "always" }, service: "Restart=always", burst: [] },
    {
      why: "unless it was stopped, which systemd always means",
      restart: { kind: "unless-stopped" },
      service: "Restart=always",
      burst: [],
    },
  ])("starts again $why", ({ restart, service, burst }) => {
    expect(linesOf({ restart }, "Restart")).toEqual([service]);
    expect(linesOf({ restart }, "StartLimitBurst")).toEqual(burst);
  });

  it.each<{ why: string; logging: ContainerPlan["logging"]; driver: string; option: string | undefined }>([
    {
      why: "a file of a size",
      logging: { kind: "file", maxSize: mebibytes(1), maxFiles: 1 },
      driver: "k8s-file",
      option: "--log-opt=max-size=1048576",
    },
    { why: "the journal", logging: { kind: "journald", tag: undefined }, driver: "journald", option: undefined },
    {
      why: "the journal under a tag with a blank",
      logging: { kind: "journald", tag: "our flame" },
      driver: "journald",
      option: '"--log-opt=tag=our flame"',
    },
    { why: "nowhere", logging: { kind: "none" }, driver: "none", option: undefined },
  ])("logs to $why", ({ logging, driver, option }) => {
    const [podmanArguments = ""] = linesOf({ logging }, "PodmanArgs");
    expect(linesOf({ logging }, "LogDriver")).toEqual([`LogDriver=${driver}`]);
    expect(/"?--log-opt=.*$/.exec(podmanArguments)?.[0]).toBe(option);
  });

  it("gives a set of processors to Podman", () => {
    expect(linesOf({ limits: { ...containerPlan().limits, cpuSet: "0-1,3" } }, "PodmanArgs")[0]).toContain(
      " --cpuset-cpus=0-1,3 ",
    );
  });

  it("doesn't start with the session where it shouldn't", () => {
    expect(unitOf({}, { autoStart: false }).content).not.toContain("[Install]");
  });

  it("leaves systemd time beyond Podman's own grace", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7200 }), (stopGraceSeconds) => {
        const [line = ""] = linesOf({ stopGraceSeconds }, "TimeoutStopSec");
        expect(Number(line.split("=")[1])).toBeGreaterThan(stopGraceSeconds);
        expect(linesOf({ stopGraceSeconds }, "PodmanArgs")[0]).toContain(`--stop-timeout=${stopGraceSeconds} `);
      }),
    );
  });

  it.each([
    { why: "a specifier", value: "50%", written: 'Environment="A=50%%"' },
    { why: "a variable", value: "$HOME and $1", written: 'Environment="A=$$HOME and $$1"' },
    { why: "quotes and backslashes", value: 'a "b" \\c', written: 'Environment="A=a \\"b\\" \\\\c"' },
    { why: "a line break", value: "a\nExec=evil", written: 'Environment="A=a\\u000aExec=evil"' },
    { why: "a semicolon", value: "a;b", written: 'Environment="A=a;b"' },
  ])("keeps $why in a value from meaning something to systemd", ({ value, written }) => {
    expect(linesOf({ environment: { A: value } }, "Environment")).toEqual([written]);
  });

  it("keeps each value on its own line, whatever it is", () => {
    const count = unitOf({ environment: { A: "a" }, labels: { b: "b" }, command: ["c"] }).content.split("\n").length;
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        (a, b, c) => {
          const { content } = unitOf({ environment: { A: a }, labels: { b }, command: [c] });
          expect(content.split(/[\n\r]/).length).toBe(count);
          expect(content).not.toMatch(/(?<!%)(%%)*%(?!%)/);
        },
      ),
    );
  });
});

describe("the other units", () => {
  it("of a network say its range and its options", () => {
    const plan = {
      name: "flame",
      driver: "bridge" as const,
      addressRange: undefined,
      subnet: "10.89.42.0/24",
      gateway: "10.89.42.1",
      options: { isolate: "true" },
      labels: { team: "a" },
    };
    expect(quadletNetwork(plan)).toEqual({
      fileName: "flame.network",
      content:
        "[Network]\nNetworkName=flame\nDriver=bridge\nSubnet=10.89.42.0/24\nGateway=10.89.42.1\nOptions=isolate=true\nLabel=team=a\n",
    });
  });

  it("of a volume say its name and labels", () => {
    expect(
      quadletVolume({
        name: "flame-data",
        persistent: true,
        driver: "local",
        driverOptions: {},
        labels: { team: "a" },
      }),
    ).toEqual({
      fileName: "flame-data.volume",
      content: "[Volume]\nVolumeName=flame-data\nLabel=team=a\n",
    });
  });

  it("of the update timer replace its calendar", () => {
    expect(quadletUpdateTimer({ text: "30 3 * * 0" })).toEqual({
      fileName: "podman-auto-update.timer.d/flame.conf",
      content: "[Timer]\nOnCalendar=\nOnCalendar=Sun *-*-* 3:30:00\n",
    });
  });
});
