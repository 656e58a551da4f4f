/**
 * Mutation test of the code that decides what a user is answered. A part at a time, since a mutant costs the tests of
 * its part: `npm run mutation` for the rules (no database; minutes), `MUTATION_PART=database npm run mutation` for
 * what works with one (hours), `… -- --mutate FILE` for some files alone.
 */
import { mutationPart } from "./mutation-parts.ts";

const { name, mutate } = mutationPart();

export default {
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  plugins: ["@stryker-mutator/vitest-runner"],
  mutate,
  ignorePatterns: ["**", "!apps/flame-agent/**", "apps/flame-agent/node_modules", "!*.ts", "!*.mjs", "!*.json"],
  thresholds: { high: 90, low: 80, break: 80 },
  reporters: ["clear-text", "json"],
  jsonReporter: { fileName: `reports/mutation-${name}.json` },
  clearTextReporter: { allowColor: false, logTests: false },
  concurrency: 2,
  timeoutMS: 20_000,
  tempDirName: ".stryker-tmp",
  cleanTempDir: "always",
};
