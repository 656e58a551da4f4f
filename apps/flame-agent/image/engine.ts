import { execa } from "execa";

/** The engine's program, with what each of its commands begins with. */
export interface Engine {
  readonly program: "podman" | "docker";
  readonly parameters: readonly string[];
  readonly onProgress: (line: string) => void;
}

/** Runs a program without a shell and resolves with its standard output; `onLine` hears every line of both outputs. */
export async function run(
  program: string,
  parameters: readonly string[],
  { timeoutSeconds, onLine = () => {} }: { readonly timeoutSeconds: number; readonly onLine?: (line: string) => void },
): Promise<string> {
  const heard = function* (line: string) {
    if (line.trim() !== "") onLine(line);
    yield line;
  };
  const result = await execa(program, parameters, {
    stdin: "ignore",
    stdout: heard,
    stderr: heard,
    all: true,
    reject: false,
    timeout: timeoutSeconds * 1000,
    killSignal: "SIGKILL",
  });
  if (!result.failed) return result.stdout;
  if (result.code === "ENOENT") {
    throw new Error(`${program} can't be run: it isn't on the path; fix: install it or choose the other engine`);
  }
  const end = result.timedOut ? `was stopped after ${timeoutSeconds} s` : `ended with ${result.exitCode}`;
  throw new Error(`${program} ${parameters.join(" ")} ${end}:\n${result.all.trim().slice(-2_000)}`);
}
