import { type IMastraLogger, MastraLogger } from "@mastra/core/logger";
import pino, { type DestinationStream, type Logger } from "pino";
import { currentRequest } from "./request-scope.ts";
import { traceIds } from "./telemetry/index.ts";

export type { Logger };

/**
 * One JSON line per event, with the ids of the trace that it belongs to and the reference of the request. Lines go to the standard output before the
 * call returns, so that a crash loses none, or to `destination`.
 */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination({ fd: 1, sync: true }),
): Logger {
  return pino(
    { level, base: { service: "flame-agent" }, timestamp: pino.stdTimeFunctions.isoTime, mixin: idsOfRequest },
    destination,
  );
}

function idsOfRequest(): object {
  const reference = currentRequest()?.reference;
  return { ...traceIds(), ...(reference !== undefined && { reference }) };
}

/** Constants such as `ECONNRESET`, `42P01` or `AGENT_STREAM_FAILED`: a user's words look otherwise. */
const CODE = /^[A-Z0-9_]{2,80}$/;
const NAME = /^[A-Za-z_$][\w$]{0,79}$/;

/**
 * What may be logged of an error, at whatever level: its class, code and place. Its message may quote a user or a key,
 * and so may what a library puts into the head of its stack.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = "code" in error ? error.code : "id" in error ? error.id : undefined;
  return {
    name: NAME.test(error.name) ? error.name : "Error",
    ...(typeof code === "string" && CODE.test(code) && { code }),
    at: placesOf(error),
  };
}

/** Where an error was made, the innermost place first; a message of several lines is none of them. */
function placesOf({ stack = "", message }: Error): readonly string[] {
  const head = message === "" ? -1 : stack.indexOf(message);
  return (head < 0 ? stack : stack.slice(head + message.length))
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .map((line) => line.trim());
}

/** Mastra's own log lines in ours: where they come from and what failed. Their text quotes messages and names. */
class MastraLog extends MastraLogger {
  readonly #log: Logger;

  constructor(log: Logger) {
    super({ name: "mastra" });
    this.#log = log.child({ from: "mastra" });
  }

  debug(): void {
    this.#tell("trace");
  }

  info(): void {
    this.#tell("debug");
  }

  warn(_message: string, ...details: unknown[]): void {
    this.#log.warn({ place: caller(), ...failureIn(details) }, "Mastra warns");
  }

  error(message: string, ...details: unknown[]): void {
    // A turn that is stopped, by its client say, is no failure, although its step ends with an error.
    const isStopped = currentRequest()?.isStopped === true || /: TurnAborted: /.test(message);
    const level = isStopped ? "debug" : "error";
    this.#log[level]({ place: caller(), ...failureIn(details) }, "Mastra failed");
  }

  #tell(level: "trace" | "debug"): void {
    // Mastra tells much, and where from is dear to find.
    if (this.#log.isLevelEnabled(level)) this.#log[level]({ place: caller() }, "Mastra tells something");
  }
}

/** The place in a library that a log line comes from: its file and line, which a pinned version makes plain. */
function caller(): string | undefined {
  return new Error().stack
    ?.split("\n")
    .find((line) => line.includes("node_modules"))
    ?.replace(/^.*node_modules\//, "")
    .replace(/\)$/, "");
}

function failureIn(details: readonly unknown[]): object {
  const error = details.map(errorIn).find((found) => found !== undefined);
  return error ? { error: describeError(error) } : {};
}

/** Makes what libraries print themselves a log line that tells its place and what failed, and nothing else. */
export function captureConsole(log: Logger): void {
  for (const method of ["debug", "info", "log", "warn", "error"] as const) {
    console[method] = (...details: readonly unknown[]) => {
      const level = method === "log" ? "info" : method;
      log[level]({ from: "console", place: caller(), ...failureIn(details) }, "a library printed something");
    };
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
