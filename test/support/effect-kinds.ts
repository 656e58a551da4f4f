/** What acts on what a setting changes. */
type EffectKind = "resource" | "manifest" | "file that is read" | "bound" | "refusal";

/** Each effect that the walk can find, with what acts on it. */
const KINDS: Readonly<Record<string, EffectKind>> = {
  graph: "resource",
  quadlet: "manifest",
  "kube-play": "manifest",
  compose: "manifest",
  swarm: "manifest",
  kubernetes: "manifest",
  alerts: "manifest",
  "rollout.json": "file that is read",
  check: "bound",
  refusal: "refusal",
};

/** Who acts in this repository on what a file says: `blueprint rollout`, on the same part of the plan. */
export const READERS = {
  "rollout.json": ["apps/ops/src/rollout/roll-out.ts", "apps/ops/src/rollout/kubernetes/canary.ts"],
} as const;

/** Files that tell something to whoever looks, and that nothing here reads: what changes only there has no effect. */
export const TOLD_FILES = ["client.json", "desktop.json", "capacity.json", "registries.json"];

/** How many results have an effect of each kind. Throws where an effect isn't known: a new file needs a reader, or is told. */
export function countsOf(results: readonly { readonly effects: readonly string[] }[]): string {
  const counts = new Map<EffectKind, number>();
  for (const { effects } of results)
    for (const kind of new Set(effects.map(kindOf))) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ");
}

function kindOf(effect: string): EffectKind {
  const kind = KINDS[effect];
  if (!kind)
    throw new Error(`"${effect}" is no known effect; fix: name what acts on it in test/support/effect-kinds.ts`);
  return kind;
}
