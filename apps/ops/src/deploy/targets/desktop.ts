import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { untilReady } from "../agent-client.ts";
import { agentOf } from "../embedded/process-plan.ts";
import { containerReport } from "../engine-containers.ts";
import type { EngineReference } from "../engines/index.ts";
import { RunFailure } from "../failure.ts";
import { ensureImages } from "../pulumi/images.ts";
import type { DeployTarget } from "./target.ts";

/** A desktop: everything on this machine's own engine. */
export function desktopTarget(plan: LocalPodmanPlan): DeployTarget {
  const { environment, containers, desktop } = plan;
  const engine: EngineReference = { kind: "docker", address: plan.engine.socket };
  return {
    environment,
    url: desktop.agent.address,
    stopGraceSeconds: Math.max(...containers.map(({ stopGraceSeconds }) => stopGraceSeconds)),
    engines: [engine],
    ports: containers.flatMap(({ ports }) =>
      ports.map(({ address, hostPort, protocol }) => ({ engine, address, port: hostPort, protocol })),
    ),
    volumes: plan.volumes.map(({ name }) => ({ engine, name })),
    onThisMachine: true,
    // What is gone is seen on the engine, and a container can't be changed.
    drifts: false,
    ensureImages: (tell) => ensureImages(plan, tell),
    untilServes: async (tell) => {
      tell(`ask ${desktop.agent.address}`);
      await requireReady(plan);
      return [];
    },
  };
}

/** The engine's own health state may stay at starting for ever where there is no systemd: the agent itself is asked. */
async function requireReady(plan: LocalPodmanPlan): Promise<void> {
  const { address, readyPath } = plan.desktop.agent;
  const seconds = plan.desktop.lifecycle.startupTimeoutSeconds;
  if (await untilReady(`${address}${readyPath}`, seconds, new AbortController().signal)) return;
  const { name } = agentOf(plan);
  const { state, lastLines } = await containerReport(plan.engine, name);
  throw new RunFailure({
    place: `container ${name}`,
    found: [`wasn't ready in ${seconds} s; it is ${state}`, ...lastLines.map((line) => `      ${line}`)].join("\n"),
    allowed: "desktop.startupTimeoutSeconds from its start to its first turn",
    mend: "mend what its last lines say, or raise desktop.startupTimeoutSeconds",
  });
}
