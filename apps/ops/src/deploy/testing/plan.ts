import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { parseEnvironment } from "../../../../../stacks/config.ts";
import { planDesktop } from "../../../../../stacks/local-podman.ts";

/** The agent's settings of a test, as an environment file would have them. */
type Settings = Readonly<Record<string, unknown>>;

/** A desktop's plan whose agent may be stopped within seconds. */
export function testPlan(
  agent: Settings = {},
  other: Settings = {},
  secretNames: readonly string[] = [],
): LocalPodmanPlan {
  const environment = parseEnvironment("test", {
    values: {
      topology: { kind: "local-podman", storage: { kind: "volume", persistent: false } },
      turns: { maxSeconds: 5, drainMarginSeconds: 1 },
      agent,
      ...other,
    },
    secretNames,
  });
  const plan = planDesktop(environment)?.plan;
  if (plan === undefined) throw new Error("the environment is a desktop's");
  return plan;
}

/** Settings of an agent that listens on a port and is checked every second. */
export function testAgent(hostPort: number, settings: Settings = {}): Settings {
  return {
    ports: [{ hostPort }],
    healthCheck: { intervalSeconds: 1, timeoutSeconds: 1, startPeriodSeconds: 5, retries: 1 },
    ...settings,
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A folder of the running test's own, removed after it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Waits until something holds, and fails with what it was when it takes longer than the bound. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  boundMilliseconds = 15_000,
): Promise<void> {
  const deadline = Date.now() + boundMilliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${boundMilliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
