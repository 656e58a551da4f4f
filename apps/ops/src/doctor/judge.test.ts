import { describe, expect, it } from "vitest";
import { ResourceSettings } from "../../../../components/resources/index.ts";
import { judgeCores, judgeDisk, judgeMemory, judgeNode, judgePort, judgeStateFolder } from "./judge.ts";
import { judgeEngines, judgeImage } from "./judge-engines.ts";
import { judgePulumi } from "./pulumi.ts";

const GIB = 1024 ** 3;
const resources = ResourceSettings.parse({ host: { cpu: "4", memory: "8GiB" } });
const port = { address: "127.0.0.1", port: 4111 };
const socket = "unix:///run/podman/podman.sock";
const place = { kind: "podman", socket, description: "Podman of the system" } as const;
const answered = { kind: "answered", engineVersion: "4.3.1", apiVersion: "1.41" } as const;
const local = { text: "localhost/flame-agent:0.1.0", registry: "localhost" };
const remote = { text: "registry.example/team/cache:7.4.1", registry: "registry.example" };

describe("what the doctor says", () => {
  it.each([
    { why: "Node that runs TypeScript", row: judgeNode("22.18.0"), state: "found", says: "22.18.0" },
    { why: "an older Node", row: judgeNode("22.17.9"), state: "missing", says: "npm install" },
    { why: "as many cores as declared", row: judgeCores(4, resources), state: "found", says: "4, declared 4" },
    {
      why: "fewer cores than declared",
      row: judgeCores(2, resources),
      state: "degraded",
      says: 'set resources.host.cpu to "2"',
    },
    {
      why: "the memory of a machine sold with 8 GiB",
      row: judgeMemory({ memoryBytes: 7.6 * GIB, freeMemoryBytes: 5 * GIB }, resources),
      state: "found",
      says: "7.6GiB, free 5.0GiB; declared 8GiB",
    },
    {
      why: "less memory than declared",
      row: judgeMemory({ memoryBytes: 4 * GIB, freeMemoryBytes: 4 * GIB }, resources),
      state: "degraded",
      says: "set resources.host.memory to 4.0GiB",
    },
    {
      why: "memory that other programs hold",
      row: judgeMemory({ memoryBytes: 8 * GIB, freeMemoryBytes: 0.5 * GIB }, resources),
      state: "degraded",
      says: "free 512MiB",
    },
    { why: "disk for everything", row: judgeDisk(30 * GIB, resources), state: "found", says: "30.0GiB free" },
    {
      why: "disk for less than containers may use",
      row: judgeDisk(10 * GIB, resources),
      state: "degraded",
      says: "20GiB",
    },
    {
      why: "no disk for the database",
      row: judgeDisk(0.1 * GIB, resources),
      state: "missing",
      says: "free at least 1GiB",
    },
    {
      why: "a state folder that only its owner sees",
      row: judgeStateFolder({ folder: ".blueprint", mode: 0o700, writable: true }),
      state: "found",
      says: "mode 700",
    },
    {
      why: "a state folder that others can read",
      row: judgeStateFolder({ folder: ".blueprint", mode: 0o755, writable: true }),
      state: "degraded",
      says: "chmod 700 .blueprint",
    },
    {
      why: "a state folder still to be made",
      row: judgeStateFolder({ folder: ".blueprint", mode: undefined, writable: true }),
      state: "found",
      says: "the first deployment makes it",
    },
    {
      why: "a project that can't be written",
      row: judgeStateFolder({ folder: ".blueprint", mode: undefined, writable: false }),
      state: "missing",
      says: "make the project's folder writable",
    },
    { why: "a free port", row: judgePort({ ...port, refusal: undefined }), state: "found", says: "free on 127.0.0.1" },
    {
      why: "a port that is taken, perhaps by the environment itself",
      row: judgePort({ ...port, refusal: "EADDRINUSE" }),
      state: "degraded",
      says: "hostPort",
    },
    {
      why: "a port that this user may not open",
      row: judgePort({ ...port, refusal: "EACCES" }),
      state: "missing",
      says: "EACCES",
    },
    {
      why: "an engine that answers",
      row: judgeEngines([{ ...place, answer: answered }], "1.41"),
      state: "found",
      says: "podman 4.3.1, interface 1.41",
    },
    {
      why: "an engine that is too old",
      row: judgeEngines([{ ...place, answer: { ...answered, apiVersion: "1.40" } }], "1.41"),
      state: "degraded",
      says: 'topology.engine.apiVersion to "1.40"',
    },
    {
      why: "an engine that doesn't answer",
      row: judgeEngines([{ ...place, answer: { kind: "silent", reason: "no answer in 2 s" } }], "1.41"),
      state: "missing",
      says: "systemctl restart podman.socket",
    },
    {
      why: "no engine",
      row: judgeEngines([{ ...place, answer: { kind: "absent" } }], "1.41"),
      state: "missing",
      says: "install Podman",
    },
    { why: "an image in the store", row: judgeImage(local, true), state: "found", says: local.text },
    {
      why: "a local image that nobody has built",
      row: judgeImage(local, false),
      state: "missing",
      says: "npm run image",
    },
    {
      why: "an image that will be pulled",
      row: judgeImage(remote, false),
      state: "degraded",
      says: "the deployment pulls it",
    },
    {
      why: "an image while no engine answers",
      row: judgeImage(local, undefined),
      state: "degraded",
      says: "engine first",
    },
    {
      why: "Pulumi's engine",
      row: judgePulumi(
        { kind: "there", what: "Pulumi", engine: { program: "/tools/pulumi", version: "v3.260.0" } },
        true,
      ),
      state: "found",
      says: "v3.260.0, /tools/pulumi",
    },
    {
      why: "a broken engine of Pulumi",
      row: judgePulumi({ kind: "broken", why: "/tools/pulumi doesn't run" }, true),
      state: "degraded",
      says: "/tools/pulumi doesn't run",
    },
    {
      why: "npm's wrapper alone",
      row: judgePulumi({ kind: "missing", why: "not on PATH" }, true),
      state: "missing",
      says: "only npm's wrapper",
    },
    {
      why: "nothing of Pulumi",
      row: judgePulumi({ kind: "missing", why: "not on PATH" }, false),
      state: "missing",
      says: "not on PATH",
    },
  ])("of $why is $state", ({ row, state, says }) => {
    expect(row.state).toBe(state);
    expect(`${row.detail}; ${row.fix}`).toContain(says);
    expect(row.fix === undefined).toBe(state === "found");
  });
});

describe("the search for an engine", () => {
  it("takes the first that answers and tells of every place", () => {
    const docker = { kind: "docker", socket: "unix:///var/run/docker.sock", description: "Docker" } as const;
    const row = judgeEngines(
      [
        { ...place, answer: { kind: "absent" } },
        { ...docker, answer: answered },
      ],
      "1.41",
    );
    expect(row.detail).toContain("docker 4.3.1");
    expect(row.tried).toEqual([
      "Podman of the system: nothing at unix:///run/podman/podman.sock",
      "Docker: unix:///var/run/docker.sock answers",
    ]);
  });
});
