import type { PropertyMap, PropertyValue } from "../preview/index.ts";
import { objectName } from "./stored-state.ts";

/** What tells where an agent keeps its conversations: variables that it is given (components/orchestration/agent.plan.ts). */
const KIND = "FLAME_DATABASE";
const ADDRESS = "FLAME_DATABASE_URL";

/** A resource that gives an agent its variables, as far as it counts here. */
interface Resource {
  readonly inputs: PropertyMap;
}

/** The database of an environment's agent. */
interface AgentDatabase {
  readonly kind: string;
  /** Host and name of one that is reached over a network, whoever logs in. */
  readonly place: string | undefined;
  /** Whether it is somebody else's, whose data no environment ends. */
  readonly external: boolean;
}

/**
 * Whether another database than before is asked for, which has none of the data of the one that is left. An update that
 * broke off between two leaves agents of both: to go on with either isn't another one, but for one that no agent came up
 * with. Pure.
 */
export function isMoved(
  before: readonly (Resource & { readonly keepsFiles: boolean; readonly cameUp: boolean })[],
  after: readonly Resource[],
): boolean {
  const served = databasesOf(before.filter((one) => one.cameUp || !tellsDatabase(one)));
  const [to] = databasesOf(after);
  if (to === undefined || served.some(({ kind, place }) => kind === to.kind && place === to.place)) return false;
  return served.some(({ external }) => external) || (served.length > 0 && before.some(({ keepsFiles }) => keepsFiles));
}

/** Whether a resource tells an agent its database. */
export function tellsDatabase({ inputs }: Resource): boolean {
  return variableIn(inputs, KIND) !== undefined;
}

function databasesOf(resources: readonly Resource[]): AgentDatabase[] {
  const own = resources.map(({ inputs }) => objectName(inputs));
  return resources.filter(tellsDatabase).map(({ inputs }) => {
    const address = variableIn(inputs, ADDRESS);
    const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
    return {
      kind: variableIn(inputs, KIND) ?? "",
      place: url && `${url.host}${url.pathname}`,
      external: url !== undefined && !own.includes(url.hostname.split(".")[0]),
    };
  });
}

/**
 * A variable's value, in whichever form an engine takes it: `NAME=value`, by itself or as a line of the label that a
 * container with secrets has of them; an entry of a map; or a name with its value.
 */
function variableIn(value: PropertyValue | undefined, name: string): string | undefined {
  if (typeof value === "string") return lineOf(value, name);
  if (Array.isArray(value)) return firstOf(value, name);
  if (typeof value !== "object" || value === null) return undefined;
  const entries = new Map<string, PropertyValue>(Object.entries(value));
  const own = entries.get("name") === name ? entries.get("value") : entries.get(name);
  return typeof own === "string" ? own : firstOf([...entries.values()], name);
}

function lineOf(text: string, name: string): string | undefined {
  const line = text.split("\n").find((one) => one.startsWith(`${name}=`));
  return line?.slice(name.length + 1);
}

function firstOf(values: readonly PropertyValue[], name: string): string | undefined {
  for (const value of values) {
    const found = variableIn(value, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
