import { dockerHolding } from "./docker-holding.ts";
import type { EngineReference, HeldAt, HoldingEngine } from "./held.ts";
import { kubernetesHolding } from "./kubernetes-holding.ts";

export {
  type EngineReference,
  type HeldAt,
  type HoldingEngine,
  heldWords,
  type Remembered,
  unsettled,
} from "./held.ts";

/** How each kind of engine is asked. */
const HOLDINGS = {
  docker: dockerHolding,
  kubernetes: kubernetesHolding,
} satisfies {
  readonly [Kind in EngineReference["kind"]]: (reference: Extract<EngineReference, { kind: Kind }>) => HoldingEngine;
};

/** An engine by its reference. Throws where its address is of a kind that can't be reached. */
export function openHolding(reference: EngineReference): HoldingEngine {
  return reference.kind === "docker" ? HOLDINGS.docker(reference) : HOLDINGS.kubernetes(reference);
}

/** Where an engine is, for a reader, and what tells it from another. */
export function engineWords(reference: EngineReference): string {
  if (reference.kind === "docker") return reference.address;
  const { context, kubeconfig, namespace } = reference;
  const where = context ?? kubeconfig;
  return `namespace ${namespace}${where === undefined ? "" : ` of ${where}`}`;
}

/** Whether all of some engines answer; if not, why. */
export async function askEngines(
  references: readonly EngineReference[],
): Promise<{ readonly kind: "there"; readonly what: string } | { readonly kind: "missing"; readonly why: string }> {
  const answers = await Promise.all(references.map((reference) => openHolding(reference).ask()));
  const missing = answers.flatMap((answer) => (answer.kind === "missing" ? [answer.why] : []));
  if (missing.length > 0) return { kind: "missing", why: missing.join("; ") };
  const there = answers.flatMap((answer) => (answer.kind === "there" ? [answer.what] : []));
  return { kind: "there", what: [...new Set(there)].join(", ") };
}

/** Everything that carries an environment's labels on some engines. */
export async function listHeld(engines: readonly HoldingEngine[], environment: string): Promise<HeldAt[]> {
  const lists = await Promise.all(
    engines.map(async (engine) => (await engine.list(environment)).map((held) => ({ engine, held }))),
  );
  return lists.flat();
}
