import { type Command, Option } from "commander";
import { environmentArgument } from "../arguments.ts";

/** `blueprint render`: the files that an engine takes by itself. */
export function register(program: Command): void {
  program
    .command("render")
    .description(
      "Write an environment as its engine's own files: Quadlet units, compose or stack files, Kubernetes objects; and what its clients read.",
    )
    .addArgument(environmentArgument())
    .addOption(
      new Option("--out <folder>", "folder inside the project (default: rendered/<environment>)").conflicts("stdout"),
    )
    .addOption(new Option("--stdout", "print the manifests, each below its path, and write nothing"))
    .addHelpText(
      "after",
      "\nA secret is named in a manifest, never written. Exit code 1 where the environment is refused.",
    )
    .action(render);
}

async function render(environment: string, options: { readonly out?: string; readonly stdout?: true }): Promise<void> {
  const [{ readEnvironmentFile }, { parseEnvironment }, { renderEnvironment }, { manifestsText, writeManifests }] =
    await Promise.all([
      import("../../../../stacks/environment-file.ts"),
      import("../../../../stacks/config.ts"),
      import("../../../../stacks/render.ts"),
      import("../manifests.ts"),
    ]);
  const { document } = await readEnvironmentFile(environment);
  const manifests = renderEnvironment(parseEnvironment(environment, document));
  if (options.stdout) {
    process.stdout.write(manifestsText(manifests));
    return;
  }
  const { written, others } = await writeManifests(manifests, options.out ?? `rendered/${environment}`);
  process.stdout.write(written.map((path) => `${path}\n`).join(""));
  process.stderr.write(others.map((path) => `left as it is, not of this plan: ${path}\n`).join(""));
}
