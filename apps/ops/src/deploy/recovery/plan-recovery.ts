import { OWNER_LABELS, type Owner } from "../../../../../stacks/ownership.ts";
import { engineWords, type HeldAt } from "../engines/index.ts";
import { isLookedFor, type KnownObject, type KnownState } from "./known-state.ts";

/** What engines and state say of each other. */
export interface Comparison {
  /** This environment's, and in no state: what an operation that was ended had made, or a hand. */
  readonly orphans: readonly HeldAt[];
  /** The same environment's name, brought up from somewhere else. */
  readonly foreign: readonly { readonly at: HeldAt; readonly owner: string | undefined }[];
  /** In the state, and on no engine any more. */
  readonly gone: readonly KnownObject[];
}

/**
 * Compares what engines hold of an environment with what its state knows. An object is this project's where the state
 * knows it, where it says so, or where its engine holds another one that does: containers carry no owner, their network
 * does. Pure.
 */
export function compareWithState(
  held: readonly HeldAt[],
  state: Pick<KnownState, "objects">,
  owner: Owner | undefined,
  here: string,
): Comparison {
  const known = new Set(state.objects.flatMap(keysOfKnown));
  const isKnown = (at: HeldAt) => keysOf(at).some((key) => known.has(key));
  const unknown = held.filter((at) => !isKnown(at));
  const foreign = unknown.flatMap((at) => {
    const own = ownerOf(at);
    if (own !== undefined) return own.id === owner?.id || own.place === here ? [] : [{ at, owner: own.place }];
    const beside = held.filter((other) => engineOf(other) === engineOf(at));
    const isOurs = beside.some((other) => isKnown(other) || isOwned(other, owner, here));
    if (isOurs) return [];
    return [{ at, owner: beside.flatMap((other) => ownerOf(other)?.place ?? [])[0] }];
  });
  const others = new Set(foreign.map(({ at }) => at));
  const present = new Set(held.flatMap(keysOf));
  return {
    orphans: unknown.filter((at) => !others.has(at)),
    foreign,
    gone: state.objects.filter((one) => isLookedFor(one) && !keysOfKnown(one).some((key) => present.has(key))),
  };
}

function isOwned(at: HeldAt, owner: Owner | undefined, here: string): boolean {
  const own = ownerOf(at);
  return own !== undefined && (own.id === owner?.id || own.place === here);
}

function ownerOf({ held: { labels } }: HeldAt): Owner | undefined {
  const { [OWNER_LABELS.id]: id, [OWNER_LABELS.place]: place } = labels;
  return id === undefined || place === undefined ? undefined : { id, place };
}

function engineOf({ engine: { reference } }: HeldAt): string {
  return engineWords(reference);
}

/** Volumes of two engines may have one name. Where the state doesn't tell the engine, the id alone has to do. */
function keysOf({ engine: { reference }, held: { type, id } }: HeldAt): string[] {
  const by = kindOf(type);
  return [`${by} ${id}`, ...(reference.kind === "docker" ? [`${by} ${id} at ${reference.address}`] : [])];
}

function keysOfKnown({ type, id, address }: KnownObject): string[] {
  return [address === undefined ? `${kindOf(type)} ${id}` : `${kindOf(type)} ${id} at ${address}`];
}

/** A cluster tells one object under several versions of its interface. */
function kindOf(type: string): string {
  return type.startsWith("kubernetes:") ? `kubernetes:${type.split(":").at(-1)}` : type;
}
