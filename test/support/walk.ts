import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../components/core/index.ts";
import { changesBetween, dataAtStake, type StoredResource } from "../../stacks/changes/index.ts";
import { SecretValue, type StackGraph } from "../../stacks/preview/index.ts";
import { type SettingLeaf, type SettingSchema, settingLeaves } from "../../stacks/settings-reference.ts";
import { valueAt, withValue, withValues } from "./document.ts";
import { TOLD_FILES } from "./effect-kinds.ts";
import { type Document, graphOf, render } from "./environment.ts";
import { BOUNDS } from "./walk.bounds.ts";
import type { LeafValues, World } from "./walk.world.ts";

/** What a document leads to, as text that can be compared. */
export type Observation =
  | {
      readonly kind: "made";
      /** `undefined`: it can be rendered, and Pulumi's program refuses it. */
      readonly graph: StackGraph | undefined;
      readonly manifests: Readonly<Record<string, string>>;
    }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

export type Observe = (document: Document) => Promise<Observation>;

/** What changing one leaf changed. */
export interface LeafResult {
  readonly leaf: SettingLeaf;
  /** The leaf and the variant in which it was changed: `agent.restart.kind=never`. */
  readonly name: string;
  /**
   * Resource graph, manifests by their folder, or what else acts on the change; empty where nothing does.
   * `refusal`: the setting itself can't be kept here. `check`: it bounds other settings, and refuses what breaks the bound.
   */
  readonly effects: readonly string[];
  /** Files that say another thing for the change, and that nothing here reads. */
  readonly told: readonly string[];
  /** Resources whose data, which outlive the environment, the change would delete or leave behind. */
  readonly atStake: readonly string[];
  /** Why the leaf could not be walked, or why its refusal isn't the expected one. */
  readonly failure: string | undefined;
}

/** Changes every leaf of a schema in turn, in each variant, and says what that changed. */
export async function walkSettings(schema: SettingSchema, observe: Observe, world: World): Promise<LeafResult[]> {
  const seen = new Map<string, Promise<Observation>>();
  const once: Observe = (document) => {
    const key = JSON.stringify(document);
    const observation = seen.get(key) ?? observe(document);
    seen.set(key, observation);
    return observation;
  };
  const leaves = settingLeaves(schema).filter(world.has);
  return withoutStackTraces(async () => {
    const results: LeafResult[] = [];
    for (const leaf of leaves) results.push(await walkLeaf(leaf, leaves, once, world));
    return results;
  });
}

/** A document in which one leaf has another value than where the walk starts, with what that value needs beside it. */
export interface SettingChange {
  /** The leaf and the variant: `agent.restart.kind=never`. */
  readonly name: string;
  readonly document: Document;
}

/** The changed document of every leaf, refused ones among them; what has no second value is left out, and fails the walk. */
export function settingChanges(schema: SettingSchema, world: World): SettingChange[] {
  const leaves = settingLeaves(schema).filter(world.has);
  const changes = leaves.flatMap((leaf) => {
    const document = documentsOf(leaf, leaves, world)?.changed;
    if (document === undefined) return [];
    // A choice is walked from the usual variant to another one: what counts here is where it leads.
    return [{ name: isChoice(leaf) ? `${leaf.path}=${valueAt(document, leaf.path)}` : leaf.path, document }];
  });
  return [...new Map(changes.map((change) => [JSON.stringify(change.document), change])).values()];
}

/** Pulumi's SDK takes a stack trace for every value of a resource: three quarters of a preview's time. */
async function withoutStackTraces<Result>(work: () => Promise<Result>): Promise<Result> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Runs the program and the renderers over a document. */
export async function observeEnvironment(document: Document): Promise<Observation> {
  const rendering = render(document);
  if (rendering.kind === "refused") return rendering;
  const graph = await deployable(document);
  const byFolder = Map.groupBy(rendering.manifests, ({ path }) => path.split("/")[0] ?? path);
  const manifests = Object.fromEntries([...byFolder].map(([folder, files]) => [folder, JSON.stringify(files)]));
  return { kind: "made", graph, manifests };
}

async function deployable(document: Document): Promise<StackGraph | undefined> {
  try {
    return await graphOf(document);
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return undefined;
    throw error;
  }
}

async function walkLeaf(
  leaf: SettingLeaf,
  leaves: readonly SettingLeaf[],
  observe: Observe,
  world: World,
): Promise<LeafResult> {
  const name = nameOf(leaf);
  const nothing = { leaf, name, effects: [], told: [], atStake: [] };
  const { values, refusedAt } = expectedOf(leaf, world);
  const documents = documentsOf(leaf, leaves, world);
  if (!documents) return { ...nothing, failure: "no second value: add one to test/support/walk.values.ts" };

  const [before, after] = await Promise.all([observe(documents.base), observe(documents.changed)]);
  if (before.kind === "refused") return { ...nothing, failure: `base refused: ${paths(before.problems)}` };
  if (after.kind === "refused") {
    const found = paths(after.problems);
    const expected = refusedAt ?? "none";
    return found === expected
      ? { ...nothing, effects: [values?.bounds ? "check" : "refusal"], failure: undefined }
      : { ...nothing, failure: `refused at ${found}; expected: ${expected}` };
  }
  if (refusedAt !== undefined) return { ...nothing, failure: `accepted; expected: refused at ${refusedAt}` };

  const folders = [...new Set([...Object.keys(before.manifests), ...Object.keys(after.manifests)])];
  const rendered = folders.filter((folder) => before.manifests[folder] !== after.manifests[folder]);
  const isSame = textOf(before.graph) === textOf(after.graph);
  const acted = [
    ...(isSame ? [] : [after.graph ? "graph" : "refusal"]),
    ...rendered.filter((file) => !TOLD_FILES.includes(file)),
  ];
  return {
    leaf,
    name,
    effects: acted.length === 0 && (await isBound(leaf, observe, world)) ? ["check"] : acted,
    told: rendered.filter((file) => TOLD_FILES.includes(file)),
    atStake: before.graph && after.graph && !isSame ? lostBetween(before.graph, after.graph) : [],
    failure: undefined,
  };
}

/** A graph with what is secret in it, so that one secret's value in another's place is seen. */
function textOf(graph: StackGraph | undefined): string {
  return JSON.stringify(graph ?? "refused", (_, value: unknown) =>
    value instanceof SecretValue ? value.reveal() : value,
  );
}

/** Whether a tight value of a leaf has the document refused that is taken with a wide one. */
async function isBound(leaf: SettingLeaf, observe: Observe, world: World): Promise<boolean> {
  const bound = BOUNDS[leaf.path];
  // A value that the setting itself can't have is refused whatever stands beside it: that shows no bound.
  if (!bound || !isInRange(bound.changed, leaf.schema)) return false;
  const { values } = expectedOf(leaf, world);
  const beside = { ...values?.beside, ...bound.beside };
  const documents = valueDocuments(leaf, { ...values, ...bound, beside }, world, false);
  if (!documents) return false;
  const [wide, tight] = await Promise.all([observe(documents.base), observe(documents.changed)]);
  return wide.kind === "made" && tight.kind === "refused";
}

function isInRange(value: unknown, { minimum = -Infinity, maximum = Infinity }: SettingSchema): boolean {
  return typeof value !== "number" || (minimum <= value && value <= maximum);
}

/** The document before the change of a leaf, and the one after it; `undefined` where the leaf has no second value. */
function documentsOf(leaf: SettingLeaf, leaves: readonly SettingLeaf[], world: World) {
  const { values, refusedAt } = expectedOf(leaf, world);
  return isChoice(leaf)
    ? choiceDocuments(leaf, leaves, world, values)
    : valueDocuments(leaf, values, world, refusedAt !== undefined);
}

/** How a leaf is changed, and where that must be refused. */
function expectedOf(leaf: SettingLeaf, world: World) {
  const name = nameOf(leaf);
  const values = world.values[name] ?? world.values[leaf.path];
  return { values, refusedAt: values?.refusedAt?.join(", ") ?? world.refusedAt?.(name, leaf) };
}

/** Resources of an environment that was brought up whose data an update to another plan would delete or leave behind. */
export function lostBetween(before: StackGraph, after: StackGraph): string[] {
  return dataAtStake(changesBetween(storedAs(before), after)).map(({ name }) => name);
}

/** A graph as the state has it that was brought up from it. */
function storedAs({ resources }: StackGraph): StoredResource[] {
  return resources.filter(({ custom }) => custom).map((node) => ({ ...node, cameUp: true, keepsData: node.protect }));
}

/** Two documents that differ in which variant is chosen: the first of the schema, and another. */
function choiceDocuments(
  leaf: SettingLeaf,
  leaves: readonly SettingLeaf[],
  world: World,
  values: LeafValues | undefined,
) {
  const kinds = leaves.filter(({ path }) => path === leaf.path).map(({ schema }) => schema.const);
  const first = world.usualKinds?.[leaf.path] ?? kinds[0];
  const second = kinds.find((kind) => kind !== first);
  const chosen = leaf.schema.const === first ? second : leaf.schema.const;
  if (chosen === undefined) return undefined;
  const outer = leaf.variants.filter((variant) => !variant.startsWith(`${leaf.path}=`));
  // What the variant needs of other groups stands in both documents, so that only the choice differs.
  const group = `${leaf.path.replace(/kind$/, "")}`;
  const needs = Object.entries(world.variants[`${leaf.path}=${chosen}`] ?? {});
  const elsewhere = Object.fromEntries(needs.filter(([path]) => !path.startsWith(group)));
  const start = withValues(withLists(documentWith(outer, world), leaf.path, world), {
    ...elsewhere,
    ...values?.beside,
  });
  return {
    base: withVariant(start, `${leaf.path}=${first}`, world),
    changed: withVariant(start, `${leaf.path}=${chosen}`, world),
  };
}

/** Two documents that differ in one value. */
function valueDocuments(leaf: SettingLeaf, values: LeafValues | undefined, world: World, refused: boolean) {
  const list = world.refusedLists?.find((candidate) => leaf.path.startsWith(`${candidate}[]`));
  if (list !== undefined) {
    const base = documentWith(leaf.variants, world);
    return { base, changed: withValue(base, list, world.lists[list]) };
  }
  const start = withValues(withLists(documentWith(leaf.variants, world), leaf.path, world), values?.beside ?? {});
  const value = values?.base ?? valueAt(start, leaf.path) ?? leaf.schema.default ?? leaf.schema.example;
  const changed = values?.changed ?? another(value, leaf.schema);
  // What is refused as soon as it is set has no value before.
  const absent =
    values?.base === undefined && valueAt(start, leaf.path) === undefined && leaf.schema.default === undefined;
  if ((refused && absent) || values?.absent) {
    const set = values?.changed ?? leaf.schema.example;
    return set === undefined ? undefined : { base: start, changed: withValue(start, leaf.path, set) };
  }
  if (value === undefined || changed === undefined) return undefined;
  return {
    base: withValue(start, leaf.path, value),
    changed: withValues(withValue(start, leaf.path, changed), values?.along ?? {}),
  };
}

function documentWith(variants: readonly string[], world: World): Record<string, unknown> {
  return variants.reduce<Record<string, unknown>>((document, variant) => withVariant(document, variant, world), {
    ...world.base,
  });
}

/** A document in which a variant is chosen; the topology's own group stays, since only its kind is written. */
function withVariant(document: Record<string, unknown>, variant: string, { variants }: World): Record<string, unknown> {
  const [path = "", kind] = variant.split("=");
  if (valueAt(document, path) === kind) return document;
  return withValues(withValue(document, path.replace(/\.kind$/, ""), { kind }), variants[variant] ?? {});
}

function withLists(document: Record<string, unknown>, path: string, { lists }: World): Record<string, unknown> {
  const list = Object.keys(lists).find((candidate) => path.startsWith(`${candidate}[]`));
  return list === undefined || valueAt(document, list) !== undefined
    ? document
    : withValue(document, list, lists[list]);
}

/** A second legal value, from the type: the next of an enumeration, the other truth, one more or less. */
function another(value: unknown, schema: SettingSchema): unknown {
  if (schema.enum) return schema.enum[(schema.enum.indexOf(value) + 1) % schema.enum.length];
  if (typeof value === "boolean") return !value;
  if (typeof value === "number")
    return value + 1 <= (schema.maximum ?? Number.MAX_SAFE_INTEGER) ? value + 1 : value - 1;
  if (typeof value === "string" && schema.unit) return value.replace(/\d+/, (digits) => `${Number(digits) + 1}`);
  return undefined;
}

function isChoice({ path, schema }: SettingLeaf): boolean {
  return path.endsWith("kind") && schema.const !== undefined;
}

function nameOf(leaf: SettingLeaf): string {
  return isChoice(leaf) ? `${leaf.path}=${leaf.schema.const}` : leaf.path;
}

function paths(problems: readonly Problem[]): string {
  return problems.map(({ path }) => path).join(", ");
}
