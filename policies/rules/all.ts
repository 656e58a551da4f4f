import { dockerRules } from "./docker/index.ts";
import { kubernetesRules } from "./kubernetes/index.ts";
import { noPlaintextSecret } from "./pulumi/resource/no-plaintext-secret.ts";

/** Every rule there is, by name. A pack gives each of them a level. */
export const rules = [...dockerRules, ...kubernetesRules, noPlaintextSecret].toSorted((one, other) =>
  one.name < other.name ? -1 : 1,
);

export type RuleName = (typeof rules)[number]["name"];
