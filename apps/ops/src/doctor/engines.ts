import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import Docker from "dockerode";
import {
  chooseEngine,
  type EngineTarget,
  type LocalPodmanTopology,
  socketCandidates,
} from "../../../../components/topology/index.ts";

/** Longest wait for an engine's answer. */
const ANSWER_MS = 2000;

/** A place where an engine may listen, and what came back from there. */
export interface EngineAnswer extends EngineTarget {
  readonly description: string;
  readonly answer: Answer;
}

type Answer =
  | { readonly kind: "absent" }
  | { readonly kind: "silent"; readonly reason: string }
  | { readonly kind: "answered"; readonly engineVersion: string; readonly apiVersion: string };

/** Asks every place where an engine may listen for its version; the declared one comes first. */
export function askEngines(declared: LocalPodmanTopology["engine"]): Promise<EngineAnswer[]> {
  const candidates = socketCandidates({
    platform: process.platform,
    userId: userInfo().uid,
    homeFolder: homedir(),
    runtimeFolder: process.env.XDG_RUNTIME_DIR,
    engineHost: process.env.CONTAINER_HOST ?? process.env.DOCKER_HOST,
  }).filter(({ kind, socket }) => socket !== declared.socket && (declared.kind === "auto" || declared.kind === kind));
  const named =
    declared.socket === undefined
      ? []
      : [{ ...chooseEngine(declared, [], () => true).target, description: "topology.engine.socket" }];
  return Promise.all([...named, ...candidates].map(async (place) => ({ ...place, answer: await ask(place.socket) })));
}

/** Whether an engine has an image in its store; `undefined` where it doesn't say. */
export async function hasImage(socket: string, image: string): Promise<boolean | undefined> {
  const client = clientOf(socket);
  if (!client) return undefined;
  try {
    await within(client.getImage(image).inspect());
    return true;
  } catch (error) {
    return error instanceof Error && "statusCode" in error && error.statusCode === 404 ? false : undefined;
  }
}

async function ask(socket: string): Promise<Answer> {
  const path = socketPath(socket);
  if (path !== undefined && !existsSync(path)) return { kind: "absent" };
  const client = clientOf(socket);
  if (!client) return { kind: "silent", reason: "its address isn't one of unix://, npipe://, tcp:// or http://" };
  try {
    const { Version, ApiVersion } = await within(client.version());
    return { kind: "answered", engineVersion: Version, apiVersion: ApiVersion };
  } catch (error) {
    return { kind: "silent", reason: error instanceof Error ? error.message : String(error) };
  }
}

function clientOf(socket: string): Docker | undefined {
  const path = socketPath(socket);
  if (path !== undefined) return new Docker({ socketPath: path });
  if (!/^(tcp|http):\/\//.test(socket)) return undefined;
  const { hostname, port } = new URL(socket.replace(/^tcp:/, "http:"));
  return new Docker({ protocol: "http", host: hostname, port: Number(port || 2375) });
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
