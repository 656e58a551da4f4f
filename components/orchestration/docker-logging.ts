import type { Logging } from "./container.settings.ts";

/** Docker's log driver with its options. */
export function dockerLogging(logging: Logging): {
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
} {
  switch (logging.kind) {
    case "file":
      return {
        driver: "json-file",
        options: { "max-size": `${logging.maxSize}`, "max-file": `${logging.maxFiles}` },
      };
    case "journald":
      return { driver: "journald", options: logging.tag === undefined ? {} : { tag: logging.tag } };
    case "none":
      return { driver: "none", options: {} };
  }
}
