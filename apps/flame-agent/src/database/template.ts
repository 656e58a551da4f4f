import { initialCluster } from "./cluster.ts";
import { serveCluster } from "./embedded.ts";

/** A cluster with this build's empty schema, to start others from: the content of `TEMPLATE_FILE`. */
export async function dumpTemplate(): Promise<Buffer> {
  const cluster = await initialCluster();
  try {
    const database = await serveCluster(cluster);
    await database.close();
    // Not compressed: unpacking would take longer than all else that a first start does.
    const dump = await cluster.dumpDataDir("none");
    return Buffer.from(await dump.arrayBuffer());
  } finally {
    await cluster.close();
  }
}
