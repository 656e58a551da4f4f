/** What was asked for and can't be done. */
interface Refusal {
  /** Option, file or thing that it is about. */
  readonly place: string;
  readonly given: string;
  readonly allowed: string;
  /** What to do, as an order. */
  readonly mend: string;
}

/** A command's own refusal, printed without a stack. Exit code 2: the command was called wrongly. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor({ place, given, allowed, mend }: Refusal) {
    super(`${place}: ${given}\n    allowed: ${allowed}\n    fix: ${mend}`);
  }
}
