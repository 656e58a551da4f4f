import { onTestFinished, vi } from "vitest";

/** Has the agents of a test take the process for one in a container of so little memory that 1 % of it is used already. */
export function crampMemory(): void {
  const told = vi.spyOn(process, "constrainedMemory").mockReturnValue(1024 ** 3);
  onTestFinished(() => told.mockRestore());
}
