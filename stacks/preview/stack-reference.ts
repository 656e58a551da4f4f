import { holdsSecret, mapFromPlain, type PropertyMap } from "./values.ts";

/** What the engine would answer for a reference to another stack; an error lists the stacks that are there. Pure. */
export function stackReferenceOutputs(
  name: string,
  served: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): PropertyMap {
  const given = Object.hasOwn(served, name) ? served[name] : undefined;
  if (given === undefined) {
    const known = Object.keys(served).toSorted();
    throw new Error(
      `the program refers to the stack "${name}", which this preview wasn't given; ` +
        `given: ${known.length > 0 ? known.join(", ") : "none"}; add its outputs to previewStack's stackReferences`,
    );
  }
  const outputs = mapFromPlain(given);
  const secretOutputNames = Object.entries(outputs).flatMap(([output, value]) => (holdsSecret(value) ? [output] : []));
  return { name, outputs, secretOutputNames };
}
