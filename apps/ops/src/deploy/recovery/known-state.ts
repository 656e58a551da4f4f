import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readProject } from "../../project.ts";
import type { EngineReference } from "../engines/index.ts";
import { codeOf } from "../failure.ts";
import type { Place } from "../place.ts";

/** An object that the state knows. */
export interface KnownObject {
  readonly urn: string;
  readonly type: string;
  /** What tells it from every other one of its engine. */
  readonly id: string;
  /** Address of its engine, where the state tells it. */
  readonly address: string | undefined;
}

/** What a state says of an environment. */
export interface KnownState {
  readonly objects: readonly KnownObject[];
  /** What an operation was at when it was ended before its answer came, in words: `creating docker:Container x`. */
  readonly interrupted: readonly string[];
  /** Engines of which the state has objects. */
  readonly engines: readonly EngineReference[];
}

const Resource = z.object({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().default(false),
  id: z.string().optional(),
  provider: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
});

const Deployment = z.object({
  resources: z.array(Resource).nullish(),
  pending_operations: z.array(z.object({ resource: Resource, type: z.string() })).nullish(),
});

/** A file of the state folder. */
const StateFile = z.object({ checkpoint: z.object({ latest: Deployment.nullish() }) });

/** Reads off a deployment, as Pulumi exports it, what it knows. Throws where it isn't one. Pure. */
export function knownState(deployment: unknown): KnownState {
  const { resources, pending_operations: pending } = Deployment.parse(deployment ?? {});
  const all = resources ?? [];
  const providers = new Map(
    all.filter(({ type }) => type.startsWith("pulumi:providers:")).map((one) => [one.urn, one]),
  );
  const addressOf = (reference: string | undefined) => {
    const host = providers.get(reference?.split("::").slice(0, -1).join("::") ?? "")?.inputs.host;
    return typeof host === "string" ? host : undefined;
  };
  const objects = all.flatMap(({ urn, type, custom, id, provider }) =>
    custom && id !== undefined && ENGINES.test(type) ? [{ urn, type, id, address: addressOf(provider) }] : [],
  );
  return {
    objects,
    interrupted: (pending ?? []).map(({ resource: { urn }, type }) => `${type} ${wordsOf(urn)}`),
    engines: enginesOf([...providers.values()], objects),
  };
}

/** Types of what is on an engine: no component, password or provider. */
const ENGINES = /^(docker|kubernetes):/;
/** An image is the engine's, whoever has asked for it. */
const IMAGE = "docker:index/remoteImage:RemoteImage";

/** What an environment's state folder knows; `undefined` where there is no state. Asks no engine, not even Pulumi's. */
export async function readKnownState(environment: string, place: Place): Promise<KnownState | undefined> {
  const { name } = await readProject();
  try {
    const text = await readFile(join(place.state, ".pulumi", "stacks", name, `${environment}.json`), "utf8");
    return knownState(StateFile.parse(JSON.parse(text)).checkpoint.latest);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A deployment without operations of which nobody knows how they ended. Pure. */
export function withoutPending(deployment: unknown): unknown {
  return { ...z.looseObject({}).parse(deployment), pending_operations: undefined };
}

/** Whether an object on an engine is that of the state. An image of the store isn't looked for. */
export function isLookedFor({ type }: KnownObject): boolean {
  return type !== IMAGE;
}

function enginesOf(
  providers: readonly z.output<typeof Resource>[],
  objects: readonly KnownObject[],
): EngineReference[] {
  const namespace = objects.find(({ type }) => type === "kubernetes:core/v1:Namespace")?.id;
  return providers.flatMap(({ type, inputs }): EngineReference[] => {
    const { host, context, kubeconfig } = inputs;
    if (type === "pulumi:providers:docker" && typeof host === "string") return [{ kind: "docker", address: host }];
    if (type !== "pulumi:providers:kubernetes" || namespace === undefined) return [];
    return [{ kind: "kubernetes", context: textOf(context), kubeconfig: textOf(kubeconfig), namespace }];
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** `docker:Container flame-dev-agent`, of a URN's last type and its name. */
function wordsOf(urn: string): string {
  const [, , types = "", name = urn] = urn.split("::");
  const type = types.split("$").at(-1) ?? types;
  const [pack, , kind] = type.split(":");
  return `${pack}:${kind} ${name}`;
}
