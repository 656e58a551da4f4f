import { type PreviewOptions, previewStack, type ResourceNode, type StackGraph } from "../../stacks/preview/index.ts";

/** Previews a small program of a test, project `shop`, stack `dev`. */
export function preview(program: () => unknown, options: Partial<PreviewOptions> = {}): Promise<StackGraph> {
  return previewStack({
    project: "shop",
    stack: "dev",
    program: async () => {
      const outputs: unknown = await program();
      return isRecord(outputs) ? outputs : undefined;
    },
    ...options,
  });
}

/** The one resource of this name. */
export function resource(graph: StackGraph, name: string): ResourceNode {
  const [found, ...more] = graph.resources.filter((node) => node.name === name);
  if (found === undefined || more.length > 0)
    throw new Error(`${more.length + (found ? 1 : 0)} resources named ${name}`);
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
