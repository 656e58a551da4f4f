import { type Command, Option } from "commander";

/** `blueprint explain`: the value in force of a setting, and where it comes from. */
export function register(program: Command): void {
  program
    .command("explain")
    .usage("[options] [environment] <setting.path>")
    .description("Tell the value in force of a setting, or of every setting below a group, and where it comes from.")
    .argument("<first>", "environment (default: dev), or the setting's path where it stands alone")
    .argument("[second]", "path of a setting or of a group, such as scaling.replicas.min")
    .addOption(new Option("--json", "print the settings as JSON"))
    .addHelpText("after", "\nExit code 1 where the environment has no such setting.")
    .action(explain);
}

async function explain(first: string, second: string | undefined, options: { readonly json?: true }): Promise<void> {
  const [environment, path] = second === undefined ? ["dev", first] : [first, second];
  const [{ readEnvironmentFile }, { explainSetting }, { explanationJson, explanationText }, { terminalPaint }] =
    await Promise.all([
      import("../../../../stacks/environment-file.ts"),
      import("../../../../stacks/explain.ts"),
      import("../explanation-text.ts"),
      import("../paint.ts"),
    ]);
  const explanations = explainSetting(await readEnvironmentFile(environment), path);
  process.stdout.write(
    options.json ? explanationJson(environment, explanations) : explanationText(explanations, path, terminalPaint),
  );
}
