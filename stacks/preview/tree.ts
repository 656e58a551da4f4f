import { type ResourceNode, STACK_TYPE, type StackGraph } from "./graph.ts";
import { type PropertyValue, SecretValue, UnknownValue } from "./values.ts";

/** What a graph holds, counted. */
export interface Summary {
  /** Resources that a provider makes. */
  readonly resources: number;
  readonly components: number;
  /** Resources looked up, not managed. */
  readonly external: number;
  readonly protected: number;
  /** Resources that a provider makes, by type, in the order of the tree. */
  readonly byType: Readonly<Record<string, number>>;
}

/** Inputs worth a place in the tree, in this order. */
const FACTS = ["image", "memory", "replicas", "driver"] as const;

/** Counts a graph. */
export function summarise({ resources }: StackGraph): Summary {
  const made = resources.filter(({ custom, external }) => custom && !external);
  return {
    resources: made.length,
    components: resources.filter(({ custom, type }) => !custom && type !== STACK_TYPE).length,
    external: resources.filter(({ external }) => external).length,
    protected: resources.filter(({ protect }) => protect).length,
    byType: Object.fromEntries([...Map.groupBy(made, ({ type }) => type)].map(([type, nodes]) => [type, nodes.length])),
  };
}

/** The graph as text, one resource a line, children indented by two spaces under their parent. */
export function renderTree({ resources }: StackGraph): string {
  const depths = new Map<string | undefined, number>();
  return resources
    .map((node) => {
      const depth = 1 + (depths.get(node.parent) ?? -1);
      depths.set(node.urn, depth);
      const facts = factsOf(node);
      const tail = facts.length > 0 ? `  ${facts.join(", ")}` : "";
      return `${"  ".repeat(depth)}${shortType(node.type)} ${node.name}${tail}`;
    })
    .join("\n");
}

/** `docker:index/container:Container` → `docker:Container`, `aws:s3/bucket:Bucket` → `aws:s3:Bucket`. */
function shortType(type: string): string {
  if (type === STACK_TYPE) return "Stack";
  return type.replace(/^([^:]+):([^:/]*)(?:\/[^:]*)?:(.*)$/, (_whole, vendor, folder, name) =>
    ["", "index", vendor].includes(folder) ? `${vendor}:${name}` : `${vendor}:${folder}:${name}`,
  );
}

function factsOf(node: ResourceNode): string[] {
  const inputs = FACTS.flatMap((name) => {
    const shown = shownValue(node.inputs[name]);
    return shown === undefined ? [] : [`${name} ${shown}`];
  });
  return [
    ...inputs,
    ...(node.external ? ["looked up"] : []),
    ...(node.protect ? ["protected"] : []),
    ...(node.retainOnDelete ? ["retained"] : []),
    ...(node.provider ? [`by provider ${node.provider.split("::").at(-1)}`] : []),
    ...(node.aliases.length > 0 ? [`was ${node.aliases.map((urn) => urn.split("::").at(-1)).join(", ")}`] : []),
  ];
}

function shownValue(value: PropertyValue | undefined): string | undefined {
  if (value instanceof UnknownValue) return "unknown";
  if (value instanceof SecretValue) return "[secret]";
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
