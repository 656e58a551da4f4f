import { Command, CommanderError } from "commander";
import { describeFailure, EXIT } from "./exit.ts";
import { findProjectFolder } from "./project.ts";

/** Registers one command. A command's own imports wait until it runs, so that `--help` is instant. */
type Register = (program: Command) => void;

const COMMANDS: Readonly<Record<string, () => Promise<{ readonly register: Register }>>> = {
  plan: () => import("./commands/plan.ts"),
  up: () => import("./commands/up.ts"),
  down: () => import("./commands/down.ts"),
  status: () => import("./commands/status.ts"),
  logs: () => import("./commands/logs.ts"),
  compare: () => import("./commands/compare.ts"),
  explain: () => import("./commands/explain.ts"),
  render: () => import("./commands/render.ts"),
  rollout: () => import("./commands/rollout.ts"),
  doctor: () => import("./commands/doctor.ts"),
};

/** Runs the command line and returns its exit code. */
async function run(argv: readonly string[]): Promise<number> {
  const program = new Command("blueprint")
    .description("Plans, checks, explains, renders and runs an environment of the deployment blueprint.")
    .option("--project <folder>", "folder of the project, or one below it", ".")
    .exitOverride()
    .showHelpAfterError("(blueprint --help lists the commands)");
  // Every command works in the project's folder: its paths are relative to that.
  program.hook("preAction", () => process.chdir(findProjectFolder(program.opts<{ project: string }>().project)));

  for (const load of commandsIn(argv)) (await load()).register(program);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const failure = describeFailure(error);
    process.stderr.write(`${failure.text}\n`);
    return failure.exitCode;
  }
}

/** The command that is asked for alone, since loading all of them takes longer; without one, all. */
function commandsIn(argv: readonly string[]) {
  const named = Object.entries(COMMANDS).filter(([name]) => argv.includes(name));
  return (named.length > 0 ? named : Object.entries(COMMANDS)).map(([, load]) => load);
}

/** Ends at once when everything is printed, whatever timer or connection a command has left open. */
async function end(exitCode: number): Promise<void> {
  const printed = [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => stream.write("", () => resolve())),
  );
  await Promise.all(printed);
  process.exit(exitCode);
}

await end(await run(process.argv.slice(2)));
