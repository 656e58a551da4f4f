/** An error whose words are for clients: they say nothing of what is inside, and quote nobody. */
export class ToldError extends Error {}

/** More was to be stored or made than may be; says how much, of what, and which setting allows it. */
export class LimitPassed extends ToldError {
  override readonly name = "LimitPassed";
}
