import type { Analysis } from "./analysis.ts";

/**
 * Which answers of the cache a message may get: `any`, those that cite documents (`grounded`), or none. In a thread
 * where something was said, an answer may depend on it; one that cites documents and asks about nobody doesn't.
 */
export function reuseOf(analysis: Analysis, first: boolean): "any" | "grounded" | "none" {
  if (analysis.intent !== "question" || analysis.timely) return "none";
  if (first) return analysis.standalone ? "any" : "none";
  return analysis.standalone && !analysis.personal ? "grounded" : "none";
}

/**
 * Whether an answer may be given to others: only a thread's first one, which depends on the question and the tenant's
 * documents and on nothing that this user said.
 */
export function mayKeep(analysis: Analysis, first: boolean, answer: string): boolean {
  return first && reuseOf(analysis, first) === "any" && answer.trim() !== "";
}
