import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseEnvironment } from "../../stacks/config.ts";
import { planServer } from "../../stacks/remote-server.ts";
import { renderEnvironment } from "../../stacks/render.ts";
import { IMAGES } from "./images.ts";

/** Pace of the offline model: "count to 600" is then a turn of 60 s. */
export const TOKENS_PER_SECOND = 10;

/** What clients of the suite's servers present. */
export const ACCESS_TOKEN = "a-token-of-the-suite-only-0123456789";

/** What of the staging environment a suite says differently; the rest is as `Pulumi.staging.yaml` has it. */
export interface ServerChanges {
  readonly topology: Readonly<Record<string, unknown>>;
  readonly port: number;
  /** Address of a host on which clients are heard. */
  readonly address?: string;
  readonly agent?: Readonly<Record<string, unknown>>;
  readonly turnSeconds?: number;
  readonly replicas?: number;
}

/** The document of a suite's server. */
export function serverDocument({ topology, port, address, agent, turnSeconds = 90, replicas = 2 }: ServerChanges) {
  return {
    topology: { kind: "remote-server", ...topology },
    agent: {
      image: IMAGES.agent,
      ports: [{ hostPort: port, address: address ?? "0.0.0.0" }],
      authentication: { kind: "bearer", token: { secret: "accessToken" } },
      database: { kind: "postgresql", image: IMAGES.postgresql },
      model: { kind: "offline", tokensPerSecond: TOKENS_PER_SECOND },
      // One client asks for all.
      requestRate: { perMinute: 100_000, burst: 10_000 },
      healthCheck: { intervalSeconds: 2, timeoutSeconds: 2, startPeriodSeconds: 20, retries: 3 },
      resources: { limits: { memory: "768MiB", cpu: "1.5" } },
      ...agent,
    },
    turns: { maxSeconds: turnSeconds },
    scaling: { replicas: { min: replicas, max: replicas } },
  };
}

/** A server's plan, and its rendered files in a folder. */
export async function serverEnvironment(name: string, changes: ServerChanges) {
  const environment = parseEnvironment(name, {
    values: serverDocument(changes),
    secretNames: ["accessToken"],
  });
  const plan = planServer(environment);
  if (!plan) throw new Error("the suite's environment is a server's");
  const folder = await mkdtemp(join(tmpdir(), `blueprint-${name}-`));
  for (const { path, content } of renderEnvironment(environment)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return { name, plan, folder };
}
