import { z } from "zod";
import { LABEL_PREFIX } from "../../components/core/index.ts";
import { resourceKind } from "../../components/orchestration/index.ts";
import { fromWire, mapFromWire, type PropertyMap, type PropertyValue, providerUrn } from "../preview/index.ts";

/** A resource as a state keeps it: what was asked for the last time, and the options that were given with it. */
export interface StoredResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Without what the provider added by itself. */
  readonly inputs: PropertyMap;
  /** URN of its provider; `undefined` for a provider itself. */
  readonly provider: string | undefined;
  readonly replacementTrigger: PropertyValue | undefined;
  /** Whether its data, or those that are in it, outlive the environment. */
  readonly keepsData: boolean;
  /** False: it was made and never came up. */
  readonly cameUp: boolean;
}

const Resource = z.object({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().default(false),
  /** Left over from a replacement, and removed by the next update whatever that is. */
  delete: z.boolean().default(false),
  external: z.boolean().default(false),
  provider: z.string().default(""),
  protect: z.boolean().default(false),
  inputs: z.record(z.string(), z.unknown()).default({}),
  initErrors: z.array(z.string()).nullish(),
  replacementTrigger: z.unknown().optional(),
});

const Resources = z.object({ resources: z.array(Resource).nullish() });
/** A file of a state folder, what `pulumi stack export` writes, or a deployment by itself. */
const Document = z.union([
  z.object({ checkpoint: z.object({ latest: Resources.nullish() }) }).transform(({ checkpoint }) => checkpoint.latest),
  z.object({ deployment: Resources }).transform(({ deployment }) => deployment),
  Resources,
]);

/** The resources of a stored state. Throws where the document isn't one. */
export function storedResources(document: unknown): StoredResource[] {
  const stored = Document.parse(document)?.resources ?? [];
  return stored
    .filter((one) => one.custom && !one.delete && !one.external && !isDefaultProvider(one.urn))
    .map((one) => {
      const inputs = mapFromWire(withoutDefaults(one.inputs));
      return {
        urn: one.urn,
        type: one.type,
        name: one.urn.split("::").at(-1) ?? one.urn,
        inputs,
        provider: providerUrn(one.provider),
        replacementTrigger: one.replacementTrigger == null ? undefined : fromWire(one.replacementTrigger),
        cameUp: (one.initErrors ?? []).length === 0,
        keepsData: (resourceKind(one.type)?.data ?? "none") !== "none" && (one.protect || isMarked(inputs)),
      };
    });
}

/** Name of the component that made a state's resources, which follows from the environment's; `undefined` where there is none. */
export function topologyNameIn(document: unknown): string | undefined {
  const resources = Document.parse(document)?.resources ?? [];
  return resources
    .find(({ type }) => type.startsWith("blueprint:topology:"))
    ?.urn.split("::")
    .at(-1);
}

/** What the engine adds by itself, for resources that name no provider: no program says it. */
function isDefaultProvider(urn: string): boolean {
  return /pulumi:providers:\w+::default(_|$)/.test(urn);
}

/** The name of an object on its engine, where it has one of its own. */
export function objectName({ name, metadata }: PropertyMap): string | undefined {
  if (typeof name === "string") return name;
  const own: unknown = typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "name") : undefined;
  return typeof own === "string" ? own : undefined;
}

/** Earlier releases told volumes that keep their data by a label alone. */
function isMarked({ labels }: PropertyMap): boolean {
  const text = JSON.stringify(labels ?? null);
  return (
    text.includes(`"${LABEL_PREFIX}data","value":"persistent"`) ||
    text.includes(`"value":"persistent","label":"${LABEL_PREFIX}data"`)
  );
}

/** What a provider added says so: a list of the names that stand beside it. */
function withoutDefaults(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const added = Array.isArray(inputs.__defaults) ? inputs.__defaults : [];
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name !== "__defaults" && !added.includes(name))
      .map(([name, value]) => [name, cleaned(value)]),
  );
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  return isRecord(value) ? withoutDefaults(value) : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
