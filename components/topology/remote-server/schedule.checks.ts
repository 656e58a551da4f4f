import { formatBytes, formatCpu, type Problem } from "../../core/index.ts";
import { SCHEDULE_RESOURCES } from "../../orchestration/index.ts";
import type { ChosenOrchestrator } from "./choice.plan.ts";
import type { RemoteServerSettings } from "./remote-server.environment.ts";

const PATH = "topology.orchestrator.autoscaling.schedule.windows";

/** Windows that change nothing, can't be kept, or whose pods the namespace would refuse. */
export function checkSchedule(settings: RemoteServerSettings, orchestrator: ChosenOrchestrator): Problem[] {
  if (orchestrator.kind !== "kubernetes") return [];
  const { windows } = orchestrator.autoscaling.schedule;
  if (Object.keys(windows).length === 0) return [];
  return [...checkReplicas(settings, windows), ...checkBounds(settings)];
}

type Windows = Extract<ChosenOrchestrator, { kind: "kubernetes" }>["autoscaling"]["schedule"]["windows"];

function checkReplicas({ scaling }: RemoteServerSettings, windows: Windows): Problem[] {
  const { min, max } = scaling.replicas;
  return Object.entries(windows)
    .filter(([, { replicas }]) => replicas <= min || replicas > max)
    .map(([name, { replicas }]) => ({
      path: `${PATH}.${name}.replicas`,
      given: `${replicas}`,
      allowed:
        min === max
          ? `nothing while scaling.replicas is ${min} to ${max}: no autoscaler stands between equal bounds`
          : `${min + 1} to ${max}: more than scaling.replicas.min and at most scaling.replicas.max`,
      mend: min === max ? "raise scaling.replicas.max, or remove the window" : "change replicas, or scaling.replicas",
    }));
}

/** The pods that put a window into effect take a fixed amount, which every pod's bounds must let in. */
function checkBounds({ topology }: RemoteServerSettings): Problem[] {
  const { cpu, memory } = topology.governance.replicaBounds;
  const rows = [
    { name: "cpu", bounds: cpu, takes: SCHEDULE_RESOURCES.cpuLimit, text: formatCpu(SCHEDULE_RESOURCES.cpuLimit) },
    {
      name: "memory",
      bounds: memory,
      takes: SCHEDULE_RESOURCES.memoryLimit,
      text: formatBytes(SCHEDULE_RESOURCES.memoryLimit),
    },
  ];
  return rows.flatMap(({ name, bounds: { smallest, largest }, takes, text }) => {
    const path = `topology.governance.replicaBounds.${name}`;
    const mend = "change the bound, or remove the windows";
    const because = `${text} while ${PATH} has any: the pods that put a window into effect take that`;
    return [
      ...(smallest !== undefined && smallest > takes
        ? [{ path: `${path}.smallest`, given: `more than ${text}`, allowed: `at most ${because}`, mend }]
        : []),
      ...(largest !== undefined && largest < takes
        ? [{ path: `${path}.largest`, given: `less than ${text}`, allowed: `at least ${because}`, mend }]
        : []),
    ];
  });
}
