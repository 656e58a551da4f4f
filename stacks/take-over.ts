/**
 * Variables by which the kubernetes provider (4.34.2) takes over what a cluster has already under a plan's names: it makes
 * nothing that is there, unless it is told to set that to the plan.
 */
export const TAKE_OVER: Readonly<Record<string, string>> = {
  PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true",
  PULUMI_K8S_ENABLE_PATCH_FORCE: "true",
};

/**
 * Hides them from the program: its SDK would write them into the provider's inputs, and the next update would have the
 * provider changed back. The provider's own process, which the engine starts, still has them.
 */
export function hideTakeOver(variables: Record<string, string | undefined> = process.env): void {
  for (const name of Object.keys(TAKE_OVER)) delete variables[name];
}
