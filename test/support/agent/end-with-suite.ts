import type { ChildProcess } from "node:child_process";

const children = new Map<ChildProcess, NodeJS.Signals>();
process.on("exit", () => {
  for (const [child, signal] of children) child.kill(signal);
});

/** Has a process end when the suite's process does, so that a suite that breaks off leaves none behind. */
export function endWithSuite(child: ChildProcess, signal: NodeJS.Signals): void {
  children.set(child, signal);
  child.once("exit", () => children.delete(child));
}
