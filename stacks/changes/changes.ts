import { resourceKind } from "../../components/orchestration/index.ts";
import type { ResourceNode, StackGraph } from "../preview/index.ts";
import { isMoved, tellsDatabase } from "./agent-database.ts";
import { differingPaths, isSame, meets } from "./differences.ts";
import { objectName, type StoredResource } from "./stored-state.ts";

/** What an update does with one resource. */
export interface Change {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Name of the object on its engine; the resource's own where it has none. */
  readonly object: string;
  readonly effect: "create" | "update" | "replace" | "delete";
  /** Paths of the inputs that differ. */
  readonly inputs: readonly string[];
  /** Name of the resource whose own change brings this one along; `undefined`: its inputs do. */
  readonly because: string | undefined;
  /** Whether something that is served stops for a while. */
  readonly gap: boolean;
  /** What becomes of data that outlive the environment; `undefined`: none are touched. */
  readonly data: "deleted" | "left behind" | undefined;
}

/** A resource of the plan beside what the state has of it. */
interface Pair {
  readonly node: ResourceNode;
  readonly stored: StoredResource;
  readonly inputs: readonly string[];
  readonly replaced: boolean;
}

/** Inputs that only tell where a provider's own program is. */
const PROVIDER_PROGRAM = ["version", "pluginDownloadURL", "__internal"];

/**
 * What an update makes of what a state has: the same as the engine's own preview, but for secrets, which only the engine
 * can compare. Pure.
 */
export function changesBetween(before: readonly StoredResource[], after: StackGraph): Change[] {
  const nodes = after.resources.filter(({ custom, external }) => custom && !external);
  const byUrn = new Map(before.map((stored) => [stored.urn, stored]));
  const storedOf = ({ urn, aliases }: ResourceNode) => [urn, ...aliases].flatMap((one) => byUrn.get(one) ?? [])[0];
  const pairs = nodes.flatMap((node) => {
    const stored = storedOf(node);
    return stored ? [pairOf(node, stored)] : [];
  });
  const known = new Set(pairs.map(({ stored }) => stored.urn));

  const created = nodes.filter((node) => storedOf(node) === undefined).map((node) => changeOf(node, "create"));
  const gone = before.filter(({ urn }) => !known.has(urn));
  const changes = [
    ...created,
    ...withFollowers(pairs, before),
    ...gone.map((stored) => changeOf(stored, "delete", { data: stored.keepsData ? "deleted" : undefined })),
  ];
  return withMovedDatabase(changes, before, nodes);
}

/** Says of the agent that its data stay in the database that it leaves. */
function withMovedDatabase(
  changes: readonly Change[],
  before: readonly StoredResource[],
  nodes: readonly ResourceNode[],
): Change[] {
  const kept = before.map((stored) => ({
    ...stored,
    keepsFiles: stored.keepsData && resourceKind(stored.type)?.data === "files",
  }));
  if (!isMoved(kept, nodes)) return [...changes];
  const tellers = new Set([...before, ...nodes].filter(tellsDatabase).map(({ urn }) => urn));
  return changes.map((change) =>
    tellers.has(change.urn) && change.data === undefined ? { ...change, data: "left behind" } : change,
  );
}

/** Names of the resources whose data, which outlive the environment, an update would delete or leave behind. */
export function dataAtStake(changes: readonly Change[]): Change[] {
  return changes.filter(({ data }) => data !== undefined);
}

function pairOf(node: ResourceNode, stored: StoredResource): Pair {
  const kind = resourceKind(node.type);
  const isProvider = node.type.startsWith("pulumi:providers:");
  const inputs = differingPaths(stored.inputs, node.inputs, {
    ignored: [...node.ignoreChanges, ...(kind?.ofSecrets ?? []), ...(isProvider ? PROVIDER_PROGRAM : [])],
    unordered: kind?.unordered ?? [],
  });
  const replacing = [...(kind?.replacedBy ?? []), ...node.replaceOnChanges];
  return {
    node,
    stored,
    inputs,
    replaced: inputs.some((path) => meets(path, replacing)) || isTriggered(node, stored),
  };
}

/** A trigger that wasn't there before is none. */
function isTriggered({ replacementTrigger }: ResourceNode, stored: StoredResource): boolean {
  const both = replacementTrigger !== undefined && stored.replacementTrigger !== undefined;
  return both && !isSame(stored.replacementTrigger, replacementTrigger);
}

/** The changes of what is there, and of what they bring along: whatever needs a thing that goes before its next one is made. */
function withFollowers(pairs: readonly Pair[], before: readonly StoredResource[]): Change[] {
  const causes = new Map<string, string | undefined>(
    pairs.filter(({ replaced }) => replaced).map(({ node }) => [node.urn, undefined]),
  );
  const gone = pairs.filter(({ replaced, node, inputs }) => replaced && goesFirst(node, inputs));
  for (const cause of gone) {
    for (const follower of pairs) {
      if (causes.has(follower.node.urn) || !needs(follower.node, cause.node)) continue;
      causes.set(follower.node.urn, cause.node.name);
      gone.push(follower);
    }
  }
  return pairs.flatMap((pair) => {
    const { node, inputs, stored } = pair;
    if (causes.has(node.urn)) {
      const because = causes.get(node.urn);
      return [
        changeOf(node, "replace", {
          inputs,
          because,
          gap: (resourceKind(node.type)?.serves ?? false) && (because !== undefined || goesFirst(node, inputs)),
          data: stored.keepsData ? "deleted" : undefined,
          // What is lost is the one that is there.
          object: objectName(stored.inputs) ?? node.name,
        }),
      ];
    }
    if (inputs.length === 0) return [];
    return [changeOf(node, "update", { inputs, gap: stopsFor(node, inputs), data: leftBehind(pair, before) })];
  });
}

/** Whether the old one goes before the new one comes: both would have one name. */
function goesFirst({ deleteBeforeReplace }: ResourceNode, inputs: readonly string[]): boolean {
  return deleteBeforeReplace ?? !meetsName(inputs);
}

function meetsName(inputs: readonly string[]): boolean {
  return inputs.some((path) => meets(path, ["name", "metadata.name", "metadata.namespace"]));
}

/** Whether a resource has to be made anew where another one goes: its provider, what it says itself, or what an input that replaces it comes from. */
function needs(node: ResourceNode, gone: ResourceNode): boolean {
  if (node.provider === gone.urn || node.replaceWith.includes(gone.urn)) return true;
  const replacing = [...(resourceKind(node.type)?.replacedBy ?? []), ...node.replaceOnChanges];
  return Object.entries(node.propertyDependencies).some(
    ([property, urns]) => urns.includes(gone.urn) && meets(property, replacing),
  );
}

/** An engine at another address has none of the data, though its provider takes the objects of the state for there. */
function leftBehind({ node, inputs }: Pair, before: readonly StoredResource[]): Change["data"] {
  const moves = node.type === "pulumi:providers:docker" && inputs.includes("host");
  return moves && before.some(({ keepsData, provider }) => keepsData && provider === node.urn)
    ? "left behind"
    : undefined;
}

/** Whether an update in place stops what is served: where the old one ends before the new one begins. */
function stopsFor({ type, inputs }: ResourceNode, changed: readonly string[]): boolean {
  const at = (path: string) => path.split(".").reduce<unknown>((value, key) => propertyOf(value, key), inputs);
  switch (type) {
    case "docker:index/service:Service":
      return meets("taskSpec", changed) && at("updateConfig.order") !== "start-first";
    case "kubernetes:apps/v1:StatefulSet":
      return changed.some((path) => path.startsWith("spec.template"));
    case "kubernetes:apps/v1:Deployment":
      return changed.some((path) => path.startsWith("spec.template")) && at("spec.strategy.type") === "Recreate";
    default:
      return false;
  }
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function changeOf(
  { urn, type, name, inputs }: Pick<ResourceNode | StoredResource, "urn" | "type" | "name" | "inputs">,
  effect: Change["effect"],
  more: Partial<Change> = {},
): Change {
  const object = objectName(inputs) ?? name;
  return { urn, type, name, object, effect, inputs: [], because: undefined, gap: false, data: undefined, ...more };
}
