import type { PGlite } from "@electric-sql/pglite";

/**
 * Largest message that an embedded database gets, in bytes. Measured with PGlite 0.5.14 on two very busy cores: one of
 * 8 MiB is written in 3 to 4 s, of 16 MiB in 6 to 9 s and of 32 MiB in 36 s; at 48 MiB there was no answer within two
 * minutes, and none to `select 1` after it.
 */
export const STATEMENT_BYTES_MAX = 8 * 1024 ** 2;

/** Kinds of a client's messages, by their first byte: what a statement is, what it gets, and where a group of them ends. */
const PARSE = "P".charCodeAt(0);
const BIND = "B".charCodeAt(0);
const QUERY = "Q".charCodeAt(0);
const SYNC = "S".charCodeAt(0);
const SYNC_MESSAGE = Uint8Array.of(SYNC, 0, 0, 0, 4);

/** Told of each statement, so that one that never ends is noticed from outside. */
export interface StatementWatch {
  began(): void;
  ended(): void;
}

type Execute = PGlite["execProtocolRawStream"];

/**
 * Stands before a cluster: refuses what is larger than the cluster is known to hold, with an error that its client
 * understands, and says when a statement begins and ends. `onBroken` is called where the cluster throws, which it does
 * for no mistake in a statement: nothing it would answer after that can be trusted. The cluster has one connection.
 */
export function gateStatements(
  cluster: Pick<PGlite, "execProtocolRawStream" | "closed">,
  watch: StatementWatch,
  onBroken: (error: Error) => void,
): void {
  const execute: Execute = cluster.execProtocolRawStream.bind(cluster);
  let skipping = false;

  cluster.execProtocolRawStream = async (message, options) => {
    const [kind] = message;
    if (skipping && kind !== SYNC) return;
    skipping = false;
    let given = message;
    if (message.length > STATEMENT_BYTES_MAX && (kind === PARSE || kind === BIND || kind === QUERY)) {
      options.onRawData(refusal(message.length));
      // What belongs to the refused message is dropped, up to the end of its group, which is answered as always.
      skipping = kind !== QUERY;
      if (skipping) return;
      given = SYNC_MESSAGE;
    }
    watch.began();
    try {
      await execute(given, options);
    } catch (error) {
      if (!cluster.closed) onBroken(brokenBy(error));
      throw error;
    } finally {
      watch.ended();
    }
  };
}

function brokenBy(cause: unknown): Error {
  const reason = cause instanceof Error ? cause.name : typeof cause;
  return new Error(
    `The embedded database broke down (${reason}); what was committed is in its folder; fix: start the agent again, or use FLAME_DATABASE=postgresql where that comes again`,
    { cause },
  );
}

/** An error as PostgreSQL's protocol has it: fields with a letter before and a zero behind each. */
function refusal(bytes: number): Uint8Array {
  const words = `A statement of ${mebibytes(bytes)} MiB is refused; allowed: ${mebibytes(STATEMENT_BYTES_MAX)} MiB on an embedded database; fix: write less at once, or use FLAME_DATABASE=postgresql`;
  // 54000 is PostgreSQL's own code for what exceeds a limit of the program.
  const fields = Buffer.from(`SERROR\0VERROR\0C54000\0M${words}\0\0`, "utf8");
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** For messages: a size in MiB with one decimal. */
export const mebibytes = (bytes: number) => Number((bytes / 1024 ** 2).toFixed(1));
