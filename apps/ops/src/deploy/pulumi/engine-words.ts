/**
 * What the Pulumi engine, or a provider behind it, said of a problem, as sentences for a reader: without marks for
 * colours, places in a provider's source, counts of errors and what only repeats another sentence. Pure.
 */
export function sentencesOf(said: string): string[] {
  const lines = said
    .replace(/<\{%.*?%\}>/g, "")
    .split("\n")
    .map((line) => plain(line))
    .filter((line) => line !== "");
  // A count heads the errors that follow it, and a header alone would tell nothing.
  const own = lines.filter((line) => !/(^|: )\d+ errors? occurred:$/.test(line) && line !== "update failed");
  return [...new Set(own.length > 0 ? own : lines)];
}

/** What the engine said of a failed command: from its last line with an error on; the first line where none has one. Pure. */
export function saidBy(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split("\n").filter((line) => !/^\s*(stdout|stderr|err\?|code):\s*\S*\s*$/.test(line));
  const start = lines.findLastIndex((line) => /error:/i.test(line));
  const said = sentencesOf((start === -1 ? lines.slice(0, 1) : lines.slice(start)).join("\n"));
  return said.join("\n      ");
}

/**
 * A line without its bullet, the place in a provider's source (`sdk-v2/provider2.go:572: sdk.helper_schema:`) and the
 * provider's version, which the terraform bridge adds.
 */
function plain(line: string): string {
  return line
    .replace(/^\s*(stdout|stderr):\s*/, "")
    .trim()
    .replace(/^\* /, "")
    .replace(/(^|: )(\S*\/)?[\w.-]+\.go:\d+: (sdk\.helper_schema: )?/g, "$1")
    .replace(/:? provider=[\w-]+@[\w.+-]+$/, "")
    .trim();
}
