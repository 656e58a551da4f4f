/** One step of the schema. Once released it is never changed: a later step mends it. */
export interface Migration {
  /** What it brings, in a word or two. */
  readonly name: string;
  readonly sql: string;
}
