import { z } from "zod";

/** What an update does with a resource. */
export type Effect = "create" | "update" | "replace" | "delete";

/** A step that the engine would take. */
export interface EngineStep {
  readonly resource: string;
  readonly effect: Effect;
  /** Inputs that differ. */
  readonly because: readonly string[];
}

/** A change as `blueprint plan --json` says it. */
export type SaidChange = NonNullable<z.output<typeof PlanDocument>["against"]>["changes"][number];

export const Preview = z.object({
  steps: z.array(
    z.object({
      op: z.string(),
      urn: z.string(),
      diffReasons: z.array(z.string()).nullish(),
      replaceReasons: z.array(z.string()).nullish(),
    }),
  ),
});

export const PlanDocument = z.object({
  against: z
    .object({
      changes: z.array(
        z.object({
          type: z.string(),
          name: z.string(),
          effect: z.enum(["create", "update", "replace", "delete"]),
          gap: z.boolean(),
          data: z.string().nullable(),
          inputs: z.array(z.string()),
        }),
      ),
    })
    .nullable(),
});

export const StateFile = z.object({
  checkpoint: z.object({
    latest: z.object({
      resources: z.array(
        z.object({
          urn: z.string(),
          type: z.string(),
          custom: z.boolean().default(false),
          id: z.string().optional(),
          inputs: z.record(z.string(), z.unknown()).default({}),
        }),
      ),
    }),
  }),
});

/** Steps of the engine by what they mean; those that aren't here change nothing. */
export const EFFECTS: Readonly<Record<string, Effect>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};

/** What all steps of one resource come to. */
export function effectOf(ops: readonly string[]): Effect {
  // It goes for what it needs, and none comes after it.
  if (ops.every((op) => op === "delete-replaced")) return "delete";
  const [first = "update"] = ops;
  return EFFECTS[first] ?? "update";
}

/** Types of what an engine holds; an image of its store is nobody's. */
export const ENGINE_OBJECTS = /^(docker:(?!index\/remoteImage)|kubernetes:)/;

/** A resource by its type and name, as plans and previews both tell it. */
export function resourceOf(urn: string): string {
  const [, , types = "", name = urn] = urn.split("::");
  return `${types.split("$").at(-1)} ${name}`;
}

export function isComponent(urn: string): boolean {
  return /^(blueprint:|pulumi:pulumi:)/.test(resourceOf(urn));
}

export function kindOf(type: string): string {
  const kind = (type.split(":").at(-1) ?? type).toLowerCase();
  return kind === "serviceconfig" ? "config" : kind;
}

export function nameIn({ name, metadata }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof name === "string") return name;
  const own: unknown = typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "name") : undefined;
  return typeof own === "string" ? own : undefined;
}

export function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
