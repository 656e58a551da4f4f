import { type Configuration, ConfigurationError, parseConfiguration } from "./configuration.ts";

process.env.MASTRA_TELEMETRY_DISABLED = "1";

function readConfiguration(): Configuration {
  try {
    return parseConfiguration(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

const configuration = readConfiguration();
// Loaded only now, so that a wrong environment is told at once and not after a second of loading.
const { captureConsole, createLog, describeError } = await import("./log.ts");
const { startAgent } = await import("./server.ts");
const { VERSION } = await import("./version.ts");
const log = createLog(configuration.logLevel);
captureConsole(log);

/** `said`: the error's own words, where they are about the deployment and nothing that a user wrote. */
function fail(error: unknown, event: string, said = error instanceof Error ? error.message : String(error)): never {
  log.fatal({ error: describeError(error) }, event);
  process.stderr.write(`${said}\n`);
  process.exit(1);
}

process.on("uncaughtException", (error) =>
  fail(error, "uncaught exception", "An uncaught exception; its place is in the log"),
);
// A promise that nobody waited for must not end the turns that run beside it.
process.on("unhandledRejection", (error) => log.error({ error: describeError(error) }, "unhandled rejection"));

const hurry = new AbortController();
const asked = Promise.withResolvers<NodeJS.Signals>();
for (const name of ["SIGTERM", "SIGINT"] as const) {
  let count = 0;
  process.on(name, () => {
    count += 1;
    if (count > 1) hurry.abort();
    asked.resolve(name);
  });
}

const starting = startAgent(configuration, log, (error) => fail(error, "the database is lost"));
const agent = await Promise.race([starting.catch((error) => fail(error, "start failed")), asked.promise]);
if (typeof agent === "string") {
  log.info({ signal: agent }, "stopped before it was ready");
  process.exit(0);
}
log.info(
  {
    version: VERSION,
    host: configuration.host,
    port: agent.port,
    database: configuration.database.kind,
    model: configuration.model.kind,
    seconds: Number(process.uptime().toFixed(2)),
  },
  "ready",
);

const signal = await asked.promise;
log.info({ signal, drainSeconds: configuration.drainSeconds }, "draining");
const { stoppedTurns } = await agent.stop(hurry.signal);
log.info({ stoppedTurns }, "stopped");
process.exit(0);
