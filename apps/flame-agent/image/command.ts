import { spawn } from "node:child_process";

/** Runs a program without a shell and resolves with its standard output; `onLine` hears every line of both outputs. */
export function run(
  program: string,
  parameters: readonly string[],
  { timeoutSeconds, onLine = () => {} }: { readonly timeoutSeconds: number; readonly onLine?: (line: string) => void },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutSeconds * 1000,
      killSignal: "SIGKILL",
    });
    let output = "";
    let everything = "";
    const hear = (chunk: Buffer) => {
      everything += chunk.toString();
      for (const line of chunk.toString().split("\n")) if (line.trim() !== "") onLine(line);
    };
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      hear(chunk);
    });
    child.stderr.on("data", hear);
    child.on("error", (error) =>
      reject(new Error(`${program} can't be run (${error.message}); fix: install it or choose the other engine`)),
    );
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(output.trim());
      const end = signal ? `was stopped after ${timeoutSeconds} s` : `ended with ${code}`;
      reject(new Error(`${program} ${parameters.join(" ")} ${end}:\n${everything.trim().slice(-2_000)}`));
    });
  });
}
