import { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What is wrong and where, one line each. Of alternatives the one is told that the value comes closest to. */
export function problemsOf(error: z.ZodError): string {
  return z.prettifyError({ ...error, issues: error.issues.flatMap(closest) });
}

function closest(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const depthOf = (issues: readonly Issue[]) => Math.max(0, ...issues.map(({ path }) => path.length));
  const [nearest] = issue.errors
    .map((issues) => issues.flatMap(closest))
    .toSorted((one, other) => depthOf(other) - depthOf(one));
  // No alternative reads any of it: that it is none of them is all there is to say.
  if (!nearest || depthOf(nearest) === 0) return [issue];
  return nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}
