import type { SettingLeaf } from "../../stacks/settings-reference.ts";
import type { Document } from "./environment.ts";

/** What the walk starts from: a document with room, and what it can't derive from the schema. */
export interface World {
  readonly base: Document;
  /** Whether a leaf exists in this world; others belong to another topology or orchestrator. */
  readonly has: (leaf: SettingLeaf) => boolean;
  readonly lists: Readonly<Record<string, readonly object[]>>;
  readonly variants: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly values: Readonly<Record<string, LeafValues>>;
  /** Where the change of a leaf must be refused, where no entry of `values` says it. */
  readonly refusedAt?: (name: string, leaf: SettingLeaf) => string | undefined;
  /** Variant that stands before a choice, where the first of the schema is refused. */
  readonly usualKinds?: Readonly<Record<string, string>>;
  /** Lists whose first entry is refused already: each leaf of an entry is, with the list. */
  readonly refusedLists?: readonly string[];
}

/** How a leaf is changed where its type doesn't say. */
export interface LeafValues {
  /** Value before; the schema's default or example where it is left out. */
  readonly base?: unknown;
  readonly changed: unknown;
  /** Whether nothing stands there before. */
  readonly absent?: true;
  /** What else must stand in both documents, by path. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** What changes with it, by path, where it can't change alone. */
  readonly along?: Readonly<Record<string, unknown>>;
  /** Paths of the problems that the change must raise, where the setting's effect is a refusal. */
  readonly refusedAt?: readonly string[];
  /** Whether the setting is a bound, which refuses other settings. */
  readonly bounds?: true;
}
