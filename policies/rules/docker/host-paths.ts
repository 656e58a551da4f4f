import { posix } from "node:path";
import { type Finding, violation } from "../finding.ts";

/** Folders of a host that hold its configuration, its devices, its programs or other containers' data. */
const SENSITIVE = [
  ...["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr"],
  ...["/var/lib/containers", "/var/lib/docker", "/var/lib/kubelet", "/var/run"],
];

const ENGINE_SOCKETS = /(?:^|\/)(?:docker|podman|containerd|crio|dockershim)\.sock$/;

/** Whether a path of the host is a container engine's socket. */
export function isEngineSocket(path: string): boolean {
  return ENGINE_SOCKETS.test(normal(path));
}

/** Findings about a path of the host that a container would see. */
export function hostPathFindings(property: string, path: string, allowed: readonly string[]): readonly Finding[] {
  const given = normal(path);
  if (!given.startsWith("/") || allowed.map(normal).includes(given)) return [];
  const sensitive =
    given === "/" ? "/" : SENSITIVE.find((folder) => given === folder || given.startsWith(`${folder}/`));
  if (sensitive === undefined) return [];
  return [
    violation({
      found: `${property} is ${path}, in the host's ${sensitive}`,
      allowed: `paths outside /, ${SENSITIVE.join(", ")}${allowed.length > 0 ? `; and ${allowed.join(", ")}` : ""}`,
      mend: "mount a volume, or a folder made for this container; list a harmless file in the policy's allowedPaths",
    }),
  ];
}

function normal(path: string): string {
  const normalised = posix.normalize(path);
  return normalised.length > 1 ? normalised.replace(/\/$/, "") : normalised;
}
