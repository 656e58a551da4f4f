import { Document, visit } from "yaml";

/** What only YAML 1.2 takes for a number (octal), and what only 1.1 takes for more than a name (a key that merges). */
const OTHERWISE = /^([-+]?0o[0-7]+|<<)$/;

/**
 * A document in YAML that engines read as it was meant. They read 1.1 (kubectl, Podman, Docker's stacks), to which a bare
 * `off` is a boolean and `12:30` a number, or 1.2 (Compose): what either would misread is quoted.
 */
export function manifestYaml(content: object): string {
  const document = new Document(content, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === "string" && OTHERWISE.test(scalar.value)) scalar.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 });
}
