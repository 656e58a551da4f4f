import { type IMastraLogger, MastraLogger } from "@mastra/core/logger";
import pino, { type DestinationStream, type Logger } from "pino";
import { traceIds } from "./telemetry/index.ts";

export type { Logger };

/**
 * One JSON line per event, with the ids of the trace that it belongs to. Lines go to the standard output before the
 * call returns, so that a crash loses none, or to `destination`.
 */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination({ fd: 1, sync: true }),
): Logger {
  return pino(
    { level, base: { service: "flame-agent" }, timestamp: pino.stdTimeFunctions.isoTime, mixin: traceIds },
    destination,
  );
}

/**
 * What may be logged of an error: its name, code and place. Its message may quote a user or a key, so it is told only
 * where `debug` was asked for.
 */
export function describeError(log: Logger, error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = "code" in error ? error.code : "id" in error ? error.id : undefined;
  const places = error.stack
    ?.split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .map((line) => line.trim());
  const message = log.isLevelEnabled("debug") ? { message: error.message } : {};
  return { name: error.name, ...(code === undefined ? {} : { code }), ...message, at: places };
}

/** Mastra's own log lines in ours: their fixed text and what failed, never the data beside them. */
class MastraLog extends MastraLogger {
  readonly #log: Logger;

  constructor(log: Logger) {
    super({ name: "mastra" });
    this.#log = log.child({ from: "mastra" });
  }

  debug(message: string): void {
    this.#log.trace(message);
  }

  info(message: string): void {
    this.#log.debug(message);
  }

  warn(message: string, ...details: unknown[]): void {
    this.#log.warn(this.#failure(details), message);
  }

  error(message: string, ...details: unknown[]): void {
    // A turn that is stopped, by its client say, is no failure, although its step ends with an error.
    const level = /: TurnAborted: /.test(message) ? "debug" : "error";
    this.#log[level](this.#failure(details), message);
  }

  #failure(details: readonly unknown[]): object {
    const error = details.map(errorIn).find((found) => found !== undefined);
    return error ? { error: describeError(this.#log, error) } : {};
  }
}

export function mastraLog(log: Logger): IMastraLogger {
  return new MastraLog(log);
}

function errorIn(detail: unknown): Error | undefined {
  if (detail instanceof Error) return detail;
  if (typeof detail === "object" && detail !== null && "error" in detail && detail.error instanceof Error)
    return detail.error;
  return undefined;
}
