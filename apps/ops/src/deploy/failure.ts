/** What went wrong while something was started, stopped or asked: place, what was found, what is allowed, what to do. */
export class RunFailure extends Error {
  /** The command prints errors of this name as their message alone, and ends with 1. */
  override readonly name = "RunError";

  constructor(told: {
    readonly place: string;
    readonly found: string;
    readonly allowed?: string;
    readonly mend: string;
  }) {
    const allowed = told.allowed === undefined ? [] : [`    allowed: ${told.allowed}`];
    super([`${told.place}: ${told.found}`, ...allowed, `    fix: ${told.mend}`].join("\n"));
  }

  /** The same failure with something more that is to be known, as a line of its own. */
  with(note: string): RunFailure {
    this.message = `${this.message}\n    now: ${note}`;
    return this;
  }
}

/** The first line of whatever was thrown. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n")[0] ?? message;
}

/** The code that Node gives an error of the system, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
