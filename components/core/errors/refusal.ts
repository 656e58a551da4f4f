import type { z } from "zod";

/** What a cross-field check says of a setting: the path below the schema, what is allowed, how to mend it. */
export interface Refusal {
  readonly path: readonly (string | number)[];
  readonly allowed: string;
  readonly mend: string;
  /** The effective value, where a default may stand there instead of the user's own words. */
  readonly effective?: string;
}

/** Adds a refusal to a zod refinement, in the form that `describeIssues` turns into a `Problem`. */
export function refuse(context: z.core.$RefinementCtx, refusal: Refusal): void {
  context.addIssue({
    code: "custom",
    path: [...refusal.path],
    message: `allowed: ${refusal.allowed}; ${refusal.mend}`,
    params: { allowed: refusal.allowed, mend: refusal.mend, effective: refusal.effective },
  });
}
