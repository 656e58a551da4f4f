/** How long things took, and how many failed. */
export class Latencies {
  readonly #milliseconds: number[] = [];
  failures = 0;

  add(milliseconds: number): void {
    this.#milliseconds.push(milliseconds);
  }

  /** These and the others together. */
  with(others: Latencies): Latencies {
    const all = new Latencies();
    all.#milliseconds.push(...this.#milliseconds, ...others.#milliseconds);
    all.failures = this.failures + others.failures;
    return all;
  }

  get count(): number {
    return this.#milliseconds.length;
  }

  /** The time that this share of them didn't exceed; NaN where there are none. */
  percentile(share: number): number {
    const sorted = this.#milliseconds.toSorted((one, other) => one - other);
    return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  }

  /** Share of all that failed. */
  get failureShare(): number {
    return this.failures / Math.max(1, this.failures + this.count);
  }
}

/** Rows of cells as text, each column as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
