import type { ChildProcess } from "node:child_process";

/** What of a process is needed here: that of Node, and of a library on top of it. */
type Ending = Pick<ChildProcess, "kill"> & { once(event: "exit", listener: () => void): unknown };

const children = new Map<Ending, NodeJS.Signals>();
process.on("exit", () => {
  for (const [child, signal] of children) child.kill(signal);
});

/** Has a process end when the suite's process does, so that a suite that breaks off leaves none behind. */
export function endWithSuite(child: Ending, signal: NodeJS.Signals): void {
  children.set(child, signal);
  child.once("exit", () => children.delete(child));
}
