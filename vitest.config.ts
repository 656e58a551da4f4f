import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Workers and the processes that tests start compile the libraries once. Not for a coverage, which it would blur.
if (!process.argv.includes("--coverage")) process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "node-compile-cache");

/** A test lives beside what it proves or under `test/`; the project it belongs to follows from its path. */
export default defineConfig({
  test: {
    // The suites wait for processes more than they compute.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "{components,policies,stacks}/**/*.test.ts",
            "test/{invariants,stacks,policies,components}/**/*.test.ts",
          ],
          // For machines that do other work beside: alone, no test needs a tenth of it.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "apps",
          include: ["apps/**/*.test.ts", "test/{support/agent,clients}/**/*.test.ts"],
          // A worker loads Mastra once and not for each file: a third of the suite's time.
          isolate: false,
          setupFiles: process.env.FLAME_TEST_MEMORY ? ["test/support/agent/memory-peak.ts"] : [],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "engines",
          include: ["test/engines/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "long",
          include: ["test/long/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "pulumi",
          include: ["test/pulumi/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["components/**/*.ts", "policies/**/*.ts", "stacks/**/*.ts"],
      exclude: ["**/*.test.ts"],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
