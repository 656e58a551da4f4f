import { ORCHESTRATORS, type OrchestratorKind } from "../../components/orchestration/index.ts";
import { planRemoteServer, type RemoteServerSettings } from "../../components/topology/index.ts";
import { parseEnvironment } from "../../stacks/config.ts";

// Plans servers of more and more workloads on every orchestrator, and compares the time for each workload with that of
// the smallest one: what is linear keeps it.

const ROUNDS = 5;
const SIZES = [100, 500, 1000, 2000, 5000] as const;
const GOAL = { workloads: 500, seconds: 1 } as const;
/** How many times the time of a workload among 500 a workload among 5,000 may take. */
const LINEAR = 2;

const BEARER = { kind: "bearer", token: { secret: "accessToken" } };
const NOTHING_FOUND = { kubernetesContext: undefined, swarmMember: false };

const curve = SIZES.map((workloads) => ({
  workloads,
  seconds: ORCHESTRATORS.map((orchestrator) => median(rounds(settingsOf(orchestrator, workloads)))),
}));

console.log(`planning a server, medians of ${ROUNDS} rounds, seconds`);
console.log(["workloads", ...ORCHESTRATORS, "together", "µs each"].map((title) => title.padStart(10)).join(" "));
for (const { workloads, seconds } of curve) {
  const together = sum(seconds);
  const cells = [...seconds, together].map((one) => one.toFixed(3).padStart(10));
  const each = ((together / workloads / ORCHESTRATORS.length) * 1e6).toFixed(0);
  console.log([`${workloads}`.padStart(10), ...cells, each.padStart(10)].join(" "));
}
const goal = together(GOAL.workloads);
const growth = together(5000) / 5000 / (together(500) / 500);
console.log(
  `${GOAL.workloads} workloads × ${ORCHESTRATORS.length} orchestrators: ${goal.toFixed(3)} s, goal under ${GOAL.seconds} s: ${goal < GOAL.seconds ? "reached" : "missed"}`,
);
console.log(
  `a workload among 5,000 takes ${growth.toFixed(2)} times that among 500, goal at most ${LINEAR}: ${growth <= LINEAR ? "reached" : "missed"}`,
);

function rounds(settings: RemoteServerSettings): number[] {
  return Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    planRemoteServer("bench", settings, NOTHING_FOUND);
    return (performance.now() - started) / 1000;
  });
}

/** An agent and as many further containers, on hosts with room. A standalone host has no other beside it. */
function settingsOf(orchestrator: OrchestratorKind, workloads: number): RemoteServerSettings {
  const hosts = orchestrator === "standalone" ? 1 : 50;
  const size = {
    cpu: `${Math.ceil((workloads * 4) / hosts) + 16}`,
    memory: `${Math.ceil((workloads * 2) / hosts) + 64}GiB`,
  };
  const { settings } = parseEnvironment("bench", {
    secretNames: ["accessToken"],
    values: {
      topology: {
        kind: "remote-server",
        orchestrator: { kind: orchestrator },
        hosts: Array.from({ length: hosts }, (_, index) => ({
          name: `node-${index}`,
          address: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
          disk: "16TiB",
          labels: { zone: `${index % 3}` },
          ...size,
        })),
      },
      agent: {
        image: "registry.example/team/flame-agent:1.2.0",
        ports: [{ hostPort: 8080, address: "0.0.0.0" }],
        authentication: BEARER,
      },
      containers: Object.fromEntries(
        Array.from({ length: workloads - 1 }, (_, index) => [
          `worker-${index}`,
          { image: "registry.example/team/worker:1.0.0", healthCheck: { command: ["worker", "ping"] } },
        ]),
      ),
    },
  });
  if (settings.topology.kind !== "remote-server") throw new Error("the bench's environment isn't a server's");
  return { ...settings, topology: settings.topology };
}

function together(workloads: number): number {
  return sum(curve.find((one) => one.workloads === workloads)?.seconds ?? []);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
