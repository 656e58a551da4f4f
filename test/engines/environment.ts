import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseEnvironment } from "../../stacks/config.ts";
import { planDesktop } from "../../stacks/local-podman.ts";
import { renderEnvironment } from "../../stacks/render.ts";

/** Pace of the offline model in the suites: "count to 400" is then a turn of 40 s. */
export const TOKENS_PER_SECOND = 10;

/** An environment of a suite's own: names, addresses and ports that no other one has. */
export async function desktopEnvironment(name: string, index: number) {
  const environment = parseEnvironment(name, {
    values: {
      topology: {
        kind: "local-podman",
        engine: { kind: "podman", socket: "/run/podman/podman.sock" },
        network: { name: `flame-${name}`, subnet: `10.89.${100 + index}.0/24` },
        storage: { kind: "volume", name: `flame-${name}-data` },
      },
      agent: {
        ports: [{ hostPort: 14_100 + index }],
        model: { kind: "offline", tokensPerSecond: TOKENS_PER_SECOND },
        restart: { kind: "always" },
        resources: { limits: { memory: "768MiB", cpu: "1.5" } },
      },
      turns: { maxSeconds: 60 },
    },
    secretNames: [],
  });
  const plan = planDesktop(environment)?.plan;
  if (!plan) throw new Error("the suite's environment is a desktop's");

  const folder = await mkdtemp(join(tmpdir(), `blueprint-${name}-`));
  for (const { path, content } of renderEnvironment(environment)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return { name, plan, folder, url: plan.desktop.agent.address };
}

export type DesktopEnvironment = Awaited<ReturnType<typeof desktopEnvironment>>;
