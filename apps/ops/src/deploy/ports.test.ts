import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { HeldAt } from "./engines/index.ts";
import { requireFreePorts } from "./ports.ts";
import { unaskedEngine } from "./testing/unasked-engine.ts";

const engine = { kind: "kubernetes", context: undefined, kubeconfig: undefined, namespace: "none" } as const;

/** A port that somebody listens on until the test ends. */
async function takenPort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((found) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      found(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
  onTestFinished(() => void server.close());
  return port;
}

const targetOf = (port: number) => ({
  environment: "dev",
  ports: [{ engine, address: "127.0.0.1", port, protocol: "tcp" as const }],
  onThisMachine: true,
});

function holding(port: number, state: string): HeldAt {
  return {
    engine: unaskedEngine(engine),
    held: {
      kind: "container",
      name: "agent",
      id: "c1",
      type: "docker:index/container:Container",
      labels: {},
      holdsData: false,
      state,
      atRest: false,
      works: state === "running",
      ports: [`${port}/tcp`],
    },
  };
}

it("refuses a port that somebody else listens on, and says who", async () => {
  const port = await takenPort();
  await expect(requireFreePorts(targetOf(port), [])).rejects.toThrow(`127.0.0.1:${port} is in use by`);
});

it.each(["running", "created"])(
  "takes a port of the environment's own container that is %s for its own",
  async (state) => {
    const port = await takenPort();
    await expect(requireFreePorts(targetOf(port), [holding(port, state)])).resolves.toBeUndefined();
  },
);

it("refuses a port that somebody took while the environment's own container was stopped", async () => {
  const port = await takenPort();
  await expect(requireFreePorts(targetOf(port), [holding(port, "exited")])).rejects.toThrow("is in use by");
});
