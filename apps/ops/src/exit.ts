/** What a command ends with. */
export const EXIT = { ok: 0, refused: 1, usage: 2 } as const;

/** Errors whose message says everything that a user needs, by name, with the exit code they end in. */
const CLEAN: Readonly<Record<string, number>> = {
  ConfigurationError: EXIT.refused,
  RunError: EXIT.refused,
  Refused: EXIT.usage,
};

/** An error for the terminal: a user's mistake as its message, a mistake of the program with its stack. */
export function describeFailure(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (!(error instanceof Error)) return { text: `blueprint: ${String(error)}`, exitCode: EXIT.refused };
  const exitCode = CLEAN[error.name];
  if (exitCode !== undefined) return { text: error.message, exitCode };
  return { text: `blueprint: ${error.stack ?? error.message}`, exitCode: EXIT.refused };
}
