import { parseConfiguration } from "../configuration.ts";
import type { Database } from "./database.ts";
import type { SchemaOptions } from "./schema.ts";

/** Opens the database that the environment names, as the agent would. */
export type Open = (schema?: SchemaOptions) => Promise<Database>;

/**
 * Runs a command on the database that the environment names, with the file that the command line names. Ends the
 * process: with 0 and a line about what was done, or with 1 and one about what prevented it.
 */
export async function runDatabaseCommand(
  usage: string,
  work: (file: string, open: Open) => Promise<string>,
): Promise<never> {
  process.env.MASTRA_TELEMETRY_DISABLED = "1";
  const [file, ...others] = process.argv.slice(2);
  try {
    if (file === undefined || others.length > 0) throw new Error(`usage: ${usage}`);
    const configuration = parseConfiguration(process.env);
    if (configuration.database.kind === "embedded" && configuration.database.folder === undefined)
      throw new Error(
        "FLAME_DATA_FOLDER: absent, so the database would be in this process's memory; fix: set it to the agent's folder, or FLAME_DATABASE=postgresql",
      );
    // Loaded only now, so that a wrong command is told at once and not after a second of loading.
    const { createLog } = await import("../log.ts");
    const { openDatabase } = await import("./index.ts");
    const log = createLog(configuration.logLevel);
    const open: Open = (schema) => openDatabase(configuration.database, log, lost, schema);
    process.stdout.write(`${await work(file, open)}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

function lost(error: Error): never {
  process.stderr.write(`The data folder was taken by another process: ${error.message}\n`);
  process.exit(1);
}
