import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Program } from "../../../stacks/preview/index.ts";
import { Refused } from "./refused.ts";

/**
 * The program that `Pulumi.yaml` names, as the engine would load it.
 * Throws `Refused` where the module has no function as its default export.
 */
export async function loadProgram(main: string): Promise<Program> {
  const loaded: { readonly default?: unknown } = await import(pathToFileURL(resolve(main)).href);
  if (isProgram(loaded.default)) return loaded.default;
  throw new Refused({
    place: `${main}, the main module of Pulumi.yaml`,
    given: "it has no function as its default export",
    allowed: "a module whose default export makes the resources when it is called",
    mend: "export default a function",
  });
}

function isProgram(value: unknown): value is Program {
  return typeof value === "function";
}
