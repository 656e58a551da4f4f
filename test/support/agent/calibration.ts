import { createHash } from "node:crypto";
import { createServer } from "node:http";

const HASHED_BYTES = 262_144;
const OBJECTS = 400;
const STREAMED_PARTS = 40;

/** A piece of work that is the same everywhere and made of what the agent does: it tells how fast this machine is now. */
export interface Calibration extends AsyncDisposable {
  run(): Promise<void>;
}

/** Prepares work of the processor, of JSON, and of a stream over loopback. */
export async function startCalibration(): Promise<Calibration> {
  const bytes = Buffer.alloc(HASHED_BYTES, "calibration");
  const server = createServer(async (_request, response) => {
    for (let part = 0; part < STREAMED_PARTS; part += 1) {
      response.write(`data: ${part}\n\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The calibration's server has no port");
  return {
    async run() {
      createHash("sha256").update(bytes).digest();
      const objects = Array.from({ length: OBJECTS }, (_, index) => ({ index, text: `message ${index}` }));
      JSON.parse(JSON.stringify(objects));
      await (await fetch(`http://127.0.0.1:${address.port}/`)).text();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
