import type { EngineTarget } from "./local-podman.environment.ts";
import type { LocalPodmanTopology } from "./local-podman.settings.ts";

/** What of a machine decides where an engine's socket is. */
export interface MachineFacts {
  readonly platform: NodeJS.Platform;
  readonly userId: number;
  readonly homeFolder: string;
  /** `XDG_RUNTIME_DIR`, where it is set. */
  readonly runtimeFolder: string | undefined;
  /** `CONTAINER_HOST` or `DOCKER_HOST`, where one of them is set. */
  readonly engineHost: string | undefined;
}

/** A place where an engine may listen, and how to tell a reader which that is. */
export interface SocketCandidate extends EngineTarget {
  readonly description: string;
}

/** Sockets in the order in which they are tried: what the user's shell names, rootless Podman, Podman, its machine, Docker. */
export function socketCandidates(machine: MachineFacts): SocketCandidate[] {
  const runtime = machine.runtimeFolder ?? `/run/user/${machine.userId}`;
  const named: SocketCandidate[] = machine.engineHost
    ? [{ kind: kindOf(machine.engineHost), socket: machine.engineHost, description: "CONTAINER_HOST or DOCKER_HOST" }]
    : [];
  if (machine.platform === "win32") {
    return [
      ...named,
      { kind: "podman", socket: "npipe:////./pipe/podman-machine-default", description: "Podman machine" },
      { kind: "docker", socket: "npipe:////./pipe/docker_engine", description: "Docker" },
    ];
  }
  const rootless: SocketCandidate = {
    kind: "podman",
    socket: `unix://${runtime}/podman/podman.sock`,
    description: "rootless Podman",
  };
  const system: SocketCandidate = {
    kind: "podman",
    socket: "unix:///run/podman/podman.sock",
    description: "Podman of the system",
  };
  return [
    ...named,
    ...(machine.userId === 0 ? [system] : [rootless, system]),
    {
      kind: "podman",
      socket: `unix://${machine.homeFolder}/.local/share/containers/podman/machine/podman.sock`,
      description: "Podman machine",
    },
    { kind: "docker", socket: `unix://${runtime}/docker.sock`, description: "rootless Docker" },
    { kind: "docker", socket: "unix:///var/run/docker.sock", description: "Docker" },
  ];
}

/** How the engine was arrived at. */
export interface EngineChoice {
  readonly target: EngineTarget;
  /** Whether its socket is there; without one, the plan is made for the first candidate. */
  readonly present: boolean;
  readonly reason: string;
}

/** Chooses the engine: what the settings declare, else the first candidate whose socket exists. */
export function chooseEngine(
  declared: LocalPodmanTopology["engine"],
  candidates: readonly SocketCandidate[],
  exists: (socket: string) => boolean,
): EngineChoice {
  if (declared.socket !== undefined) {
    const kind = declared.kind === "auto" ? kindOf(declared.socket) : declared.kind;
    return {
      target: { kind, socket: declared.socket },
      present: exists(declared.socket),
      reason: "topology.engine.socket names it",
    };
  }
  const wanted = candidates.filter(({ kind }) => declared.kind === "auto" || declared.kind === kind);
  const found = wanted.find(({ socket }) => exists(socket));
  const chosen = found ?? wanted.find(({ description }) => !description.startsWith("CONTAINER_HOST")) ?? FALLBACK;
  return {
    target: { kind: chosen.kind, socket: chosen.socket },
    present: found !== undefined,
    reason: found ? `found: ${chosen.description}` : `none found; planned for ${chosen.description}`,
  };
}

const FALLBACK: SocketCandidate = {
  kind: "podman",
  socket: "unix:///run/podman/podman.sock",
  description: "Podman of the system",
};

/** A socket's engine by its address: Docker's say so, all others are Podman's. */
function kindOf(socket: string): EngineTarget["kind"] {
  return socket.includes("docker") ? "docker" : "podman";
}
