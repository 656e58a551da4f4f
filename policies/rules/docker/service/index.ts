import { noSecretVariables } from "./no-secret-variables.ts";
import { rollback } from "./rollback.ts";
import { turnGrace } from "./turn-grace.ts";

/** What must hold of every service of a Swarm. */
export const serviceRules = [noSecretVariables, rollback, turnGrace];
