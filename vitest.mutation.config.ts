import { defineConfig } from "vitest/config";
import { mutationPart } from "./mutation-parts.ts";

/** The tests that a mutant must not survive: those of the part that is mutated. */
export default defineConfig({
  test: { include: mutationPart().tests, testTimeout: 30_000, hookTimeout: 30_000, maxWorkers: 1 },
});
