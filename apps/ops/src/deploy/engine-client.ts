import { existsSync } from "node:fs";
import Docker from "dockerode";
import type { LocalPodmanPlan } from "../../../../components/topology/index.ts";
import { reasonOf } from "./failure.ts";

/** Longest wait for the answer of an engine, in milliseconds: a busy one takes seconds. */
const ANSWER_MS = 5_000;
/** Port of an engine whose address names none. */
const STANDARD_PORT = 2375;

/** Where an engine listens, and in which version of its interface it is asked. Default: its own. */
interface EngineAddress {
  readonly socket: string;
  readonly apiVersion?: string;
}

/** What came back from a place where an engine may listen. */
export type EngineAnswer =
  | { readonly kind: "absent" }
  | { readonly kind: "silent"; readonly reason: string }
  | { readonly kind: "answered"; readonly engineVersion: string; readonly apiVersion: string };

/** A client of a container engine. Throws where its address is of a kind that this can't reach. */
export function engineClient({ socket, apiVersion }: EngineAddress): Docker {
  const version = apiVersion === undefined ? {} : { version: `v${apiVersion}` };
  const path = socketPath(socket);
  if (path !== undefined) return new Docker({ socketPath: path, ...version });
  if (!/^(tcp|http):\/\//.test(socket))
    throw new Error("its address isn't one of unix://, npipe://, tcp:// or http://");
  const { hostname, port } = new URL(socket.replace(/^tcp:/, "http:"));
  return new Docker({ protocol: "http", host: hostname, port: Number(port || STANDARD_PORT), ...version });
}

/** Asks an engine for its version, by its own client or by the one that is given. */
export async function askVersion(address: EngineAddress, client?: Docker): Promise<EngineAnswer> {
  const path = socketPath(address.socket);
  if (path !== undefined && !path.startsWith("//") && !existsSync(path)) return { kind: "absent" };
  try {
    const { Version, ApiVersion } = await answerOf((client ?? engineClient(address)).version());
    return { kind: "answered", engineVersion: Version, apiVersion: ApiVersion };
  } catch (error) {
    return { kind: "silent", reason: reasonOf(error) };
  }
}

/** Whether an engine has an image in its store; `undefined` where it doesn't say. */
export function hasImage(address: EngineAddress, image: string): Promise<boolean | undefined> {
  return knowsImage(engineClient(address), image);
}

/** The same, asked by a client. */
export async function knowsImage(client: Docker, image: string): Promise<boolean | undefined> {
  try {
    await answerOf(client.getImage(image).inspect());
    return true;
  } catch (error) {
    return error instanceof Error && "statusCode" in error && error.statusCode === 404 ? false : undefined;
  }
}

/** The labels of an image in an engine's store; `undefined` where the engine doesn't say, or it isn't there. */
export async function imageLabels(
  address: EngineAddress,
  image: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await answerOf(engineClient(address).getImage(image).inspect()).catch(() => undefined);
  return found && (found.Config?.Labels ?? {});
}

/** Whether the plan's engine answers; if not, why. */
export async function askEngine(
  engine: LocalPodmanPlan["engine"],
): Promise<{ readonly kind: "there"; readonly what: string } | { readonly kind: "missing"; readonly why: string }> {
  return presenceOf(engine.socket, await askVersion(engine), engine.kind === "podman" ? "Podman" : "Docker");
}

/** An engine's answer as what is there, or why it isn't; `name` is the engine's, where it is known. Pure. */
export function presenceOf(
  socket: string,
  answer: EngineAnswer,
  name = "Docker",
): { readonly kind: "there"; readonly what: string } | { readonly kind: "missing"; readonly why: string } {
  switch (answer.kind) {
    case "answered":
      return { kind: "there", what: `${name} ${answer.engineVersion}` };
    case "absent":
      return { kind: "missing", why: `no container engine: ${socket} isn't there` };
    case "silent":
      return { kind: "missing", why: `${name} doesn't answer at ${socket} (${answer.reason})` };
  }
}

function socketPath(socket: string): string | undefined {
  return /^(unix|npipe):\/\//.test(socket) ? socket.replace(/^(unix|npipe):\/\//, "") : undefined;
}

/** An engine's answer, within the time that one has. */
export async function answerOf<Result>(work: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
