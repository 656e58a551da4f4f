import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseEngine, type MachineFacts, socketCandidates } from "./engine-search.ts";
import { LocalPodmanTopology } from "./local-podman.settings.ts";

const MACHINE: MachineFacts = {
  platform: "linux",
  userId: 1000,
  homeFolder: "/home/ada",
  runtimeFolder: "/run/user/1000",
  engineHost: undefined,
};
const ROOTLESS = "unix:///run/user/1000/podman/podman.sock";
const DOCKER = "unix:///var/run/docker.sock";

const socketsOf = (facts: Partial<MachineFacts>) =>
  socketCandidates({ ...MACHINE, ...facts }).map(({ socket }) => socket);
const engineOf = (engine: object) => LocalPodmanTopology.parse({ kind: "local-podman", engine }).engine;
const choose = (engine: object, present: readonly string[], facts: Partial<MachineFacts> = {}) =>
  chooseEngine(engineOf(engine), socketCandidates({ ...MACHINE, ...facts }), (socket) => present.includes(socket));

describe("the sockets that are tried", () => {
  it.each([
    {
      why: "of a user's own Podman before the system's, and Docker last",
      facts: {},
      sockets: [
        ROOTLESS,
        "unix:///run/podman/podman.sock",
        "unix:///home/ada/.local/share/containers/podman/machine/podman.sock",
        "unix:///run/user/1000/docker.sock",
        DOCKER,
      ],
    },
    {
      why: "of the system alone for root, who has no rootless Podman",
      facts: { userId: 0, homeFolder: "/root", runtimeFolder: undefined },
      sockets: [
        "unix:///run/podman/podman.sock",
        "unix:///root/.local/share/containers/podman/machine/podman.sock",
        "unix:///run/user/0/docker.sock",
        DOCKER,
      ],
    },
    {
      why: "at the usual place where no runtime folder is set",
      facts: { runtimeFolder: undefined },
      sockets: expect.arrayContaining([ROOTLESS]),
    },
    {
      why: "first of all the one that the shell names",
      facts: { engineHost: "ssh://build/run/podman.sock" },
      sockets: expect.arrayContaining(["ssh://build/run/podman.sock", ROOTLESS]),
    },
    {
      why: "as pipes on Windows",
      facts: { platform: "win32" },
      sockets: ["npipe:////./pipe/podman-machine-default", "npipe:////./pipe/docker_engine"],
    },
  ] as const)("are $why", ({ facts, sockets }) => {
    expect(socketsOf(facts)).toEqual(sockets);
  });

  it("name each place once and say which it is", () => {
    const candidates = socketCandidates(MACHINE);
    expect(new Set(candidates.map(({ socket }) => socket)).size).toBe(candidates.length);
    expect(new Set(candidates.map(({ description }) => description)).size).toBe(candidates.length);
  });
});

describe("the engine", () => {
  it.each([
    {
      why: "what is declared, whether it is there or not",
      choice: choose({ kind: "docker", socket: "/srv/engine.sock" }, []),
      expected: {
        target: { kind: "docker", socket: "unix:///srv/engine.sock" },
        present: false,
        reason: "topology.engine.socket names it",
      },
    },
    {
      why: "of the kind that a declared socket's address says",
      choice: choose({ socket: "/var/run/docker.sock" }, [DOCKER]),
      expected: { target: { kind: "docker", socket: DOCKER }, present: true },
    },
    {
      why: "Podman where a declared socket's address says nothing",
      choice: choose({ socket: "/srv/engine.sock" }, []),
      expected: { target: { kind: "podman", socket: "unix:///srv/engine.sock" } },
    },
    {
      why: "the first that is there",
      choice: choose({}, [DOCKER, ROOTLESS]),
      expected: { target: { kind: "podman", socket: ROOTLESS }, present: true, reason: "found: rootless Podman" },
    },
    {
      why: "the first of the declared kind",
      choice: choose({ kind: "docker" }, [ROOTLESS, DOCKER]),
      expected: { target: { kind: "docker", socket: DOCKER }, present: true, reason: "found: Docker" },
    },
    {
      why: "planned for the most likely one where none is there",
      choice: choose({}, []),
      expected: {
        target: { kind: "podman", socket: ROOTLESS },
        present: false,
        reason: "none found; planned for rootless Podman",
      },
    },
    {
      why: "what the shell names, where it is there",
      choice: choose({}, ["unix:///tmp/docker.sock", ROOTLESS], { engineHost: "unix:///tmp/docker.sock" }),
      expected: {
        target: { kind: "docker", socket: "unix:///tmp/docker.sock" },
        present: true,
        reason: "found: CONTAINER_HOST or DOCKER_HOST",
      },
    },
    {
      why: "not what the shell names, where it isn't there",
      choice: choose({}, [], { engineHost: "unix:///tmp/docker.sock" }),
      expected: { target: { kind: "podman", socket: ROOTLESS }, present: false },
    },
    {
      why: "Podman of the system where there is nothing to choose from",
      choice: chooseEngine(engineOf({}), [], () => true),
      expected: { target: { kind: "podman", socket: "unix:///run/podman/podman.sock" }, present: false },
    },
  ])("is $why", ({ choice, expected }) => {
    expect(choice).toMatchObject(expected);
  });

  it("is there exactly where one of the sockets that may be used is", () => {
    const kinds = fc.constantFrom("auto", "podman", "docker");
    fc.assert(
      fc.property(kinds, fc.subarray([...socketCandidates(MACHINE)]), (kind, present) => {
        const usable = present.filter((candidate) => kind === "auto" || candidate.kind === kind);
        const choice = choose(
          { kind },
          present.map(({ socket }) => socket),
        );
        expect(choice.present).toBe(usable.length > 0);
        if (usable.length > 0) expect(usable.map(({ socket }) => socket)).toContain(choice.target.socket);
        if (kind !== "auto") expect(choice.target.kind).toBe(kind);
      }),
    );
  });
});
