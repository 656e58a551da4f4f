import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { readDeployment, writeDeployment } from "./deployment.ts";

const Deployment = z.looseObject({ resources: z.array(z.looseObject({ urn: z.string() })).optional() });

/**
 * Takes what keeps the data of resources out of the state, so that the next operation may delete them: somebody has asked
 * for that by a word of its own.
 */
export async function release(stack: Stack, urns: readonly string[] | "all"): Promise<void> {
  if (urns.length === 0) return;
  const state = await readDeployment(stack);
  await writeDeployment(stack, { ...state, deployment: released(state.deployment, urns) });
}

/** A state in which some resources are neither protected nor left where they are once they are removed. Pure. */
export function released(deployment: unknown, urns: readonly string[] | "all"): z.output<typeof Deployment> {
  const { resources = [], ...others } = Deployment.parse(deployment);
  return {
    ...others,
    resources: resources.map(({ protect, retainOnDelete, ...resource }) =>
      urns === "all" || urns.includes(resource.urn)
        ? resource
        : {
            ...resource,
            ...(protect !== undefined && { protect }),
            ...(retainOnDelete !== undefined && { retainOnDelete }),
          },
    ),
  };
}
