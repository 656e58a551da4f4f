import { openCluster } from "../database/cluster.ts";
import { serveCluster } from "../database/embedded.ts";
import { gateStatements } from "../database/statement-gate.ts";
import { watchStatements } from "../database/statement-watch.ts";

/** A program for tests: commits a row into the cluster of its folder, and then runs a statement that never ends. */
const [folder = "", cpuSeconds] = process.argv.slice(2);
const cluster = await openCluster(folder);
gateStatements(cluster, watchStatements(Number(cpuSeconds)), (error) => {
  throw error;
});
const { pool } = await serveCluster(cluster);
await pool.query("insert into flame.summaries (thread, content, covers_until) values ('kept', 'committed', now())");
process.stdout.write('{"msg":"committed"}\n');
await pool.query("select count(*) from generate_series(1, 1e15)");
