const APP = "apps/flame-agent/src";

const filesIn = (folder: string, names: readonly string[]) => names.map((name) => `${APP}/${folder}/${name}`);

/** Code that works with no database, each with its test beside it. */
const RULES = [
  ...filesIn("cache", ["literals"]),
  ...filesIn("retrieval", ["chunk", "read"]),
  ...filesIn("workflow", ["analysis", "caching", "citations", "enhancement"]),
];

/** Code to mutate, and the tests that its mutants must not survive. */
export interface MutationPart {
  readonly name: string;
  readonly mutate: string[];
  readonly tests: string[];
}

const PARTS: readonly MutationPart[] = [
  { name: "rules", mutate: RULES.map((file) => `${file}.ts`), tests: RULES.map((file) => `${file}.test.ts`) },
  {
    name: "database",
    mutate: [`${APP}/{cache,retrieval,workflow}/**/*.ts`, "!**/*.test.ts", ...RULES.map((file) => `!${file}.ts`)],
    tests: [`${APP}/{cache,retrieval,workflow,approvals}/**/*.test.ts`],
  },
];

/** The part that `MUTATION_PART` names. Default: the rules. */
export function mutationPart(): MutationPart {
  const name = process.env.MUTATION_PART ?? "rules";
  const found = PARTS.find((part) => part.name === name);
  if (found) return found;
  const allowed = PARTS.map((part) => part.name).join(", ");
  throw new Error(`MUTATION_PART: "${name}" is no part; allowed: ${allowed}; fix: name one of them`);
}
