import { existsSync } from "node:fs";
import Docker from "dockerode";
import type { LocalPodmanPlan } from "../../../../components/topology/index.ts";
import { reasonOf } from "./failure.ts";

/** Longest wait for an engine to say that it is there. */
const ANSWER_MS = 3000;

/** A client of the plan's container engine, in the interface version that the plan names. */
export function engineClient({ socket, apiVersion }: LocalPodmanPlan["engine"]): Docker {
  const version = `v${apiVersion}`;
  const path = socketPath(socket);
  if (path !== undefined) return new Docker({ socketPath: path, version });
  const { hostname, port } = new URL(socket.replace(/^tcp:/, "http:"));
  return new Docker({ protocol: "http", host: hostname, port: Number(port || 2375), version });
}

/** Whether the plan's engine answers; if not, why. */
export async function askEngine(
  engine: LocalPodmanPlan["engine"],
): Promise<{ readonly kind: "there"; readonly what: string } | { readonly kind: "missing"; readonly why: string }> {
  const name = engine.kind === "podman" ? "Podman" : "Docker";
  const path = socketPath(engine.socket);
  if (path !== undefined && !path.startsWith("//") && !existsSync(path)) {
    return { kind: "missing", why: `no container engine: ${engine.socket} isn't there` };
  }
  try {
    const { Version } = await within(engineClient(engine).version());
    return { kind: "there", what: `${name} ${Version}` };
  } catch (error) {
    return { kind: "missing", why: `${name} doesn't answer at ${engine.socket} (${reasonOf(error)})` };
  }
}

function socketPath(socket: string): string | undefined {
  return /^(unix|npipe):\/\//.test(socket) ? socket.replace(/^(unix|npipe):\/\//, "") : undefined;
}

async function within<Result>(work: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
