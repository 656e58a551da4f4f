import type { Document } from "../support/environment.ts";
import { SERVER_AGENT, SERVER_HOSTS } from "../support/server-document.ts";
import type { WrongConfiguration } from "./wrong-configuration.ts";

const [FIRST = {}, SECOND = {}, THIRD = {}] = SERVER_HOSTS;

/** What a server's document says otherwise. */
interface Changes {
  readonly topology?: Document;
  readonly orchestrator?: Document;
  readonly agent?: Document;
  readonly concerns?: Document;
}

/** Three hosts with an agent that is right in everything, but for the changes. */
export function server(kind: "standalone" | "swarm" | "kubernetes", changes: Changes = {}): Document {
  const alone = kind === "standalone";
  return {
    topology: {
      kind: "remote-server",
      orchestrator: { kind, ...changes.orchestrator },
      hosts: alone ? [FIRST] : SERVER_HOSTS,
      ...changes.topology,
    },
    agent: { ...SERVER_AGENT, ...changes.agent },
    scaling: { replicas: { min: 2, max: kind === "kubernetes" ? 4 : 2 } },
    ...changes.concerns,
  };
}

const EXTERNAL = { kind: "external", host: "database.example.com", password: { secret: "databasePassword" } };
const hosts = (...list: readonly Document[]) => ({ topology: { hosts: list } });
const workload = (settings: Document) => ({ topology: { workload: settings } });
const governance = (settings: Document) => ({ topology: { governance: settings } });
const client = (settings: Document) => ({ topology: { client: settings } });
const worker = (settings: Document = {}) => ({
  image: "registry.example/team/worker:1.0.0",
  healthCheck: { command: ["worker", "ping"] },
  resources: { limits: { cpu: "250m", memory: "512MiB" } },
  ...settings,
});

/** A server's mistakes in its hosts. */
const IN_HOSTS: readonly WrongConfiguration[] = [
  {
    why: "a host without its memory",
    document: server("swarm", hosts(FIRST, { ...SECOND, memory: undefined }, THIRD)),
    path: "topology.hosts.1.memory",
    given: undefined,
    allowed: /a value, or a tier in place of it/,
    mend: /set memory, or tier/,
  },
  {
    why: "a host with a tier and figures of its own",
    document: server("swarm", {
      topology: {
        hosts: [{ name: "node-1", address: "10.0.0.10", cpu: "8", tier: "large" }],
        governance: { tiers: { large: { cpu: "8", memory: "32GiB", disk: "256GiB" } } },
      },
    }),
    path: "topology.hosts.0.cpu",
    given: /"8"/,
    allowed: /nothing beside tier/,
    mend: /remove cpu, or tier/,
  },
  {
    why: "a tier that isn't there",
    document: server("swarm", hosts({ name: "node-1", address: "10.0.0.10", tier: "huge" })),
    path: "topology.hosts.0.tier",
    given: /"huge"/,
    allowed: /topology\.governance\.tiers: there is none/,
    mend: /add the tier/,
  },
  {
    why: "two hosts of one name",
    document: server("swarm", hosts(FIRST, { ...SECOND, name: "node-1" }, THIRD)),
    path: "topology.hosts.1.name",
    given: /"node-1"/,
    allowed: /another name than hosts\.0/,
    mend: /named twice/,
  },
  {
    why: "two hosts at one address",
    document: server("swarm", hosts(FIRST, { ...SECOND, address: "10.0.0.10" }, THIRD)),
    path: "topology.hosts.1.address",
    given: /"10\.0\.0\.10"/,
    allowed: /another address than hosts\.0/,
    mend: /named twice/,
  },
  {
    why: "an even number of managers",
    document: server("swarm", hosts({ ...FIRST, role: "manager" }, { ...SECOND, role: "manager" }, THIRD)),
    path: "topology.hosts",
    given: /2 managers \(node-1, node-2\)/,
    allowed: /an odd number of managers: 2 stay in charge after the loss of 0/,
    mend: /role/,
  },
  {
    why: "a part in a Swarm where there is none",
    document: server("kubernetes", hosts({ ...FIRST, role: "manager" }, SECOND, THIRD)),
    path: "topology.hosts.0.role",
    given: /"manager"/,
    allowed: /only a Swarm has managers/,
    mend: /orchestrator swarm/,
  },
  {
    why: "a way to an engine that Kubernetes doesn't take",
    document: server("kubernetes", hosts({ ...FIRST, connection: { kind: "socket" } }, SECOND, THIRD)),
    path: "topology.hosts.0.connection",
    given: /socket/,
    allowed: /reached by its kubeconfig/,
    mend: /kubeconfig or context/,
  },
  {
    why: "no host",
    document: server("swarm", hosts()),
    path: "topology.hosts",
    given: /\[\]/,
    allowed: /at least 1/,
    mend: /./,
  },
];

/** Mistakes in what runs where. */
const IN_WORKLOADS: readonly WrongConfiguration[] = [
  {
    why: "more replicas than the hosts have room for",
    document: server("swarm", {
      agent: { database: EXTERNAL },
      concerns: { scaling: { replicas: { min: 60, max: 60 } } },
    }),
    path: "scaling.replicas.max",
    given: /replicas of agent find no host/,
    allowed: /node-1: no CPU for another limit \(governance\.overcommit\.cpu\)/,
    mend: /lower the replicas or their resources, add a host/,
  },
  {
    why: "an embedded database with several agents",
    document: server("swarm", { agent: { database: { kind: "embedded" } } }),
    path: "scaling.replicas.max",
    given: /^2$/,
    allowed: /its files belong to one process/,
    mend: /postgresql or external/,
  },
  {
    why: "an agent that nothing would wake",
    document: server("kubernetes", { concerns: { scaling: { replicas: { min: 0, max: 2 }, idleStopAfter: "30m" } } }),
    path: "scaling.replicas.min",
    given: /^0$/,
    allowed: /wakes one that has stopped/,
    mend: /minimal, steady or bursty/,
  },
  {
    why: "bounds of replicas where nothing scales",
    document: server("standalone", { concerns: { scaling: { replicas: { min: 1, max: 2 } } } }),
    path: "scaling.replicas.max",
    given: /^2$/,
    allowed: /nothing on standalone \(most replicas\)/,
    mend: /same number, or use orchestrator kubernetes/,
  },
  {
    why: "bounds of replicas on a Swarm, where nothing scales either",
    document: server("swarm", { concerns: { scaling: { replicas: { min: 2, max: 4 } } } }),
    path: "scaling.replicas.max",
    given: /^4$/,
    allowed: /nothing on swarm \(most replicas\)/,
    mend: /same number, or use orchestrator kubernetes/,
  },
  {
    why: "one on each host with another count",
    document: server("swarm", {
      orchestrator: { mode: "global" },
      concerns: { scaling: { replicas: { min: 2, max: 2 } } },
    }),
    path: "scaling.replicas.min",
    given: /2 to 2/,
    allowed: /3 to 3 while topology\.orchestrator\.mode is global/,
    mend: /or mode to replicated/,
  },
  {
    why: "blue-green that stops first",
    document: server("kubernetes", workload({ update: { strategy: "blue-green", order: "stop-first" } })),
    path: "topology.workload.update.order",
    given: /"stop-first"/,
    allowed: /start-first with strategy blue-green/,
    mend: /strategy to rolling/,
  },
  {
    why: "a version that is tried out on standalone hosts",
    document: server("standalone", {
      ...workload({ update: { strategy: "canary" } }),
      concerns: { scaling: { replicas: { min: 2, max: 2 } } },
    }),
    path: "topology.workload.update.strategy",
    given: /"canary"/,
    allowed: /on standalone: rolling, recreate or blue-green: .* evenly/,
    mend: /orchestrator kubernetes/,
  },
  {
    why: "a version that is tried out on a Swarm",
    document: server("swarm", workload({ update: { strategy: "canary" } })),
    path: "topology.workload.update.strategy",
    given: /"canary"/,
    allowed: /on swarm: rolling or recreate/,
    mend: /canary on kubernetes/,
  },
  {
    why: "steps of a trial on a Swarm",
    document: server("swarm", { orchestrator: { canary: { steps: [{ weightPercent: 10 }] } } }),
    path: "topology.orchestrator.canary",
    given: /weightPercent/,
    allowed: /./,
    mend: /./,
  },
  {
    why: "a version that is tried out on files of one agent",
    document: server("kubernetes", {
      ...workload({ update: { strategy: "canary" } }),
      agent: { database: { kind: "embedded" } },
      concerns: { scaling: { preset: "minimal" } },
    }),
    path: "topology.workload.update.strategy",
    given: /"canary"/,
    allowed: /keeps files of its own/,
    mend: /postgresql or external/,
  },
  {
    why: "replicas that are weights and an autoscaler's",
    document: server("kubernetes", {
      ...workload({ update: { strategy: "canary" } }),
      concerns: { scaling: { replicas: { min: 4, max: 8 } } },
    }),
    path: "scaling.replicas.max",
    given: /4 to 8/,
    allowed: /one number with strategy canary/,
    mend: /exposure\.kind to gateway/,
  },
  {
    why: "a share that the replicas can't make up",
    document: server("kubernetes", {
      ...workload({ update: { strategy: "canary" } }),
      orchestrator: { canary: { steps: [{ weightPercent: 10 }] } },
      concerns: { scaling: { replicas: { min: 4, max: 4 } } },
    }),
    path: "topology.orchestrator.canary.steps.0.weightPercent",
    given: /10/,
    allowed: /10 % of at most 4 replicas is 0\.4 of one/,
    mend: /gateway, which shares requests out by weight/,
  },
  {
    why: "steps of a trial that don't rise",
    document: server("kubernetes", {
      ...workload({ update: { strategy: "canary" } }),
      orchestrator: { canary: { steps: [{ weightPercent: 50 }, { weightPercent: 25 }] } },
      concerns: { scaling: { replicas: { min: 4, max: 4 } } },
    }),
    path: "topology.orchestrator.canary.steps.1.weightPercent",
    given: /25/,
    allowed: /more than 50/,
    mend: /rising order/,
  },
  {
    why: "a selector that isn't one",
    document: server("kubernetes", {
      ...workload({ update: { strategy: "canary" } }),
      orchestrator: { canary: { analysis: { kind: "agents", failures: "sum(flame_turns_total)" } } },
      concerns: { scaling: { replicas: { min: 4, max: 4 } } },
    }),
    path: "topology.orchestrator.canary.analysis.failures",
    given: /sum/,
    allowed: /a metric's name, with or without labels/,
    mend: /./,
  },
  {
    why: "steps of a trial without one",
    document: server("kubernetes", { orchestrator: { canary: { steps: [{ weightPercent: 10 }] } } }),
    path: "topology.orchestrator.canary",
    given: /weightPercent/,
    allowed: /update\.strategy is rolling, which tries no version out/,
    mend: /update\.strategy to canary/,
  },
  {
    why: "another answer to a trial that failed",
    document: server("kubernetes", {
      ...workload({ update: { strategy: "canary", onFailure: "pause" } }),
      concerns: { scaling: { replicas: { min: 4, max: 4 } } },
    }),
    path: "topology.workload.update.onFailure",
    given: /"pause"/,
    allowed: /with strategy canary rollback/,
    mend: /remove topology\.workload\.update\.onFailure/,
  },
  {
    why: "an expression without a value",
    document: server("kubernetes", workload({ placement: { require: [{ key: "zone" }] } })),
    path: "topology.workload.placement.require.0.values",
    given: undefined,
    allowed: /a value for In/,
    mend: /change values or operator/,
  },
  {
    why: "a wish on a Swarm, which has none",
    document: server("swarm", workload({ placement: { prefer: [{ key: "zone", values: ["a"] }] } })),
    path: "topology.workload.placement.prefer",
    given: /zone/,
    allowed: /nothing on swarm/,
    mend: /./,
  },
  {
    why: "a label that no host has",
    document: server("standalone", {
      topology: { workload: { placement: { require: [{ key: "zone", values: ["z"] }] } } },
    }),
    path: "scaling.replicas.max",
    given: /find no host/,
    allowed: /its labels aren't zone In z/,
    mend: /topology\.workload\.placement/,
  },
  {
    why: "a taint's time without NoExecute",
    document: server(
      "kubernetes",
      workload({ placement: { tolerations: [{ key: "dedicated", effect: "NoSchedule", seconds: 30 }] } }),
    ),
    path: "topology.workload.placement.tolerations.0.seconds",
    given: /30/,
    allowed: /NoExecute/,
    mend: /remove seconds/,
  },
  {
    why: "swap on Kubernetes",
    document: server("kubernetes", { agent: { resources: { limits: { swap: "256MiB" } } } }),
    path: "agent.resources.limits.swap",
    given: /./,
    allowed: /nothing on kubernetes \(swap space\)/,
    mend: /./,
  },
  {
    why: "a folder of the host on Kubernetes",
    document: server("kubernetes", {
      agent: { volumes: [{ hostPath: "/srv/documents", containerPath: "/documents" }] },
    }),
    path: "agent.volumes",
    given: /\/srv\/documents/,
    allowed: /nothing on kubernetes/,
    mend: /./,
  },
  {
    why: "shaped traffic where no network can",
    document: server("swarm", workload({ resources: { network: { egressPerSecond: "10MiB" } } })),
    path: "topology.workload.resources.network.egressPerSecond",
    given: /10485760/,
    allowed: /don't shape a container's traffic/,
    mend: /orchestrator kubernetes/,
  },
  {
    why: "less disk asked for than allowed",
    document: server("kubernetes", workload({ resources: { ephemeralRequest: "2GiB", ephemeralLimit: "1GiB" } })),
    path: "topology.workload.resources.ephemeralRequest",
    given: /2GiB/,
    allowed: /at most ephemeralLimit/,
    mend: /lower ephemeralRequest/,
  },
  {
    why: "a database on several standalone hosts",
    document: server("standalone", hosts(FIRST, SECOND)),
    path: "agent.database.kind",
    given: /"postgresql"/,
    allowed: /several standalone hosts, which share no network/,
    mend: /external/,
  },
  {
    why: "updates that nobody deployed",
    document: server("swarm", { agent: { updates: { kind: "automatic", schedule: "0 3 * * *" } } }),
    path: "agent.updates.kind",
    given: /"automatic"/,
    allowed: /a new version comes by a deployment/,
    mend: /remove agent\.updates/,
  },
  {
    why: "a dependency that isn't there",
    document: server("swarm", { concerns: { containers: { worker: worker({ dependsOn: ["cache"] }) } } }),
    path: "containers.worker.dependsOn",
    given: /"cache"/,
    allowed: /agent, database/,
    mend: /correct the name/,
  },
];

/** Mistakes in what is shared out. */
const IN_GOVERNANCE: readonly WrongConfiguration[] = [
  {
    why: "a quota below what runs at once",
    document: server("kubernetes", governance({ quota: { memoryRequests: "1GiB" } })),
    path: "topology.governance.quota.memoryRequests",
    given: /^1GiB$/,
    allowed: /at least 3GiB: what all replicas at their bounds claim/,
    mend: /lower scaling\.replicas\.max/,
  },
  {
    why: "a quota that asks for more than it allows",
    document: server("kubernetes", governance({ quota: { cpuRequests: "20", cpuLimits: "16" } })),
    path: "topology.governance.quota.cpuRequests",
    given: /"20"/,
    allowed: /at most cpuLimits/,
    mend: /raise cpuLimits/,
  },
  {
    why: "a limit many times its request",
    document: server("kubernetes", {
      ...governance({ replicaBounds: { cpu: { limitPerRequest: 4 } } }),
      agent: { database: EXTERNAL },
    }),
    path: "agent.resources.limits.cpu",
    given: /^2$/,
    allowed: /at most 4 times the request of 0\.25/,
    mend: /raise the request/,
  },
  {
    why: "a class that isn't there",
    document: server("kubernetes", governance({ classOf: { agent: "gold" } })),
    path: "topology.governance.classOf.agent",
    given: /"gold"/,
    allowed: /governance\.classes: there is none/,
    mend: /add the class/,
  },
  {
    why: "a class of a workload that isn't there",
    document: server("kubernetes", governance({ classes: { gold: {} }, classOf: { other: "gold" } })),
    path: "topology.governance.classOf.other",
    given: /"other"/,
    allowed: /workloads of this environment: database, agent/,
    mend: /remove the entry/,
  },
  {
    why: "a rank among classes on hosts by themselves",
    document: server("standalone", governance({ classes: { gold: { priority: 5000 } } })),
    path: "topology.governance.classes.gold.priority",
    given: /^5000$/,
    allowed: /nothing on standalone, which .* evicts nobody/,
    mend: /use guaranteed/,
  },
  {
    why: "a class that pushes others off, on a Swarm",
    document: server("swarm", governance({ classes: { gold: { preempts: true } } })),
    path: "topology.governance.classes.gold.preempts",
    given: /^true$/,
    allowed: /nothing on swarm, which .* evicts nobody/,
    mend: /orchestrator kubernetes/,
  },
  {
    why: "defaults of pods where there are none",
    document: server("swarm", governance({ replicaBounds: { cpu: { defaultLimit: "2" } } })),
    path: "topology.governance.replicaBounds.cpu.defaultLimit",
    given: /2000/,
    allowed: /pods of a Kubernetes namespace/,
    mend: /orchestrator kubernetes/,
  },
  {
    why: "more clients than the hosts' tiers are meant for",
    document: server("swarm", governance({ clientsAtOnce: 100 })),
    path: "topology.governance.clientsAtOnce",
    given: /^100$/,
    allowed: /every host has a tier with clientsMax/,
    mend: /choose a larger tier/,
  },
  {
    why: "a budget without prices",
    document: server("swarm", governance({ budget: { amount: 100 } })),
    path: "topology.governance.budget.amount",
    given: /^100$/,
    allowed: /every host has a tier with monthlyCost/,
    mend: /monthlyCost/,
  },
  {
    why: "a tenant's workload that serves all",
    document: server("swarm", governance({ tenants: { acme: { workloads: ["agent"] } } })),
    path: "topology.governance.tenants.acme.workloads.0",
    given: /"agent"/,
    allowed: /agent serves all tenants/,
    mend: /containers/,
  },
  {
    why: "an alert about volumes that nobody measures",
    document: server("swarm", governance({ wastage: { rules: [{ resource: "storage", belowPercent: 10 }] } })),
    path: "topology.governance.wastage.rules.0.resource",
    given: /"storage"/,
    allowed: /outside Kubernetes nobody measures/,
    mend: /choose cpu or memory/,
  },
];

/** Mistakes in the ways in, and in the turns that come through them. */
const IN_TRAFFIC: readonly WrongConfiguration[] = [
  {
    why: "an exposed agent that listens on loopback",
    document: server("kubernetes", {
      orchestrator: { exposure: { kind: "ingress" } },
      agent: { ports: [{ hostPort: 8080 }] },
    }),
    path: "agent.ports.0.address",
    given: /"127\.0\.0\.1"/,
    allowed: /exposure\.kind is ingress, which lets the world in/,
    mend: /exposure\.kind to none/,
  },
  {
    why: "a certificate where nothing ends TLS",
    document: server("kubernetes", {
      orchestrator: { exposure: { kind: "node-port", nodePort: 30411 } },
      topology: { endpoint: { hostNames: ["agents.example.com"], tls: { kind: "certificate", name: "agents" } } },
    }),
    path: "topology.endpoint.tls.kind",
    given: /"certificate"/,
    allowed: /exposure node-port, which passes requests on/,
    mend: /exposure\.kind to ingress/,
  },
  {
    why: "a port that only the cluster would know",
    document: server("kubernetes", { orchestrator: { exposure: { kind: "node-port" } } }),
    path: "topology.orchestrator.exposure.nodePort",
    given: undefined,
    allowed: /no client knows/,
    mend: /set nodePort, or topology\.client\.endpoints\.api/,
  },
  {
    why: "a load balancer without a name",
    document: server("kubernetes", { orchestrator: { exposure: { kind: "load-balancer" } } }),
    path: "topology.endpoint.hostNames",
    given: /\[\]/,
    allowed: /a name for the load balancer/,
    mend: /set hostNames/,
  },
  {
    why: "two addresses for clients",
    document: server("swarm", {
      topology: {
        endpoint: { hostNames: ["agents.example.com"] },
        client: { endpoints: { api: "https://other.example.com" } },
      },
    }),
    path: "topology.client.endpoints.api",
    given: /other\.example\.com/,
    allowed: /nothing beside topology\.endpoint\.hostNames/,
    mend: /remove one of the two/,
  },
  {
    why: "a stop grace below the turn",
    document: server("swarm", { concerns: { turns: { maxSeconds: 180, stopGraceSeconds: 60 } } }),
    path: "turns.stopGraceSeconds",
    given: /^60$/,
    allowed: /at least 185 \(turn 180 s \+ drain 5 s\)/,
    mend: /lower turns\.maxSeconds/,
  },
  {
    why: "a monitor window in which no broken version is seen",
    document: server("swarm", workload({ update: { monitorSeconds: 5 } })),
    path: "topology.workload.update.monitorSeconds",
    given: /^5$/,
    allowed: /at least 65: a version that never gets healthy/,
    mend: /remove topology\.workload\.update\.monitorSeconds/,
  },
  ...(["standalone", "swarm"] as const).flatMap((kind) => [
    {
      why: `a gateway outside of its network on ${kind}`,
      document: server(kind, { orchestrator: { network: { subnet: "10.91.0.0/24", gateway: "10.89.44.2" } } }),
      path: "topology.orchestrator.network.gateway",
      given: /10\.89\.44\.2/,
      allowed: /an address in the subnet 10\.91\.0\.0\/24/,
      mend: /remove it/,
    },
    {
      why: `an address range outside of its network on ${kind}`,
      document: server(kind, { orchestrator: { network: { subnet: "10.91.0.0/24", addressRange: "10.91.0.0/20" } } }),
      path: "topology.orchestrator.network.addressRange",
      given: /10\.91\.0\.0\/20/,
      allowed: /a part of the subnet 10\.91\.0\.0\/24/,
      mend: /remove it/,
    },
  ]),
  {
    why: "a progress deadline that a start can't keep",
    document: server("kubernetes", { orchestrator: { progressDeadlineSeconds: 30 } }),
    path: "topology.orchestrator.progressDeadlineSeconds",
    given: /^30$/,
    allowed: /at least 75/,
    mend: /derived/,
  },
  {
    why: "a window with no more agents than there are anyway",
    document: server("kubernetes", {
      orchestrator: {
        autoscaling: { schedule: { windows: { day: { start: "0 7 * * *", end: "0 19 * * *", replicas: 1 } } } },
      },
    }),
    path: "topology.orchestrator.autoscaling.schedule.windows.day.replicas",
    given: /^1$/,
    allowed: /more than scaling\.replicas\.min and at most scaling\.replicas\.max/,
    mend: /change replicas/,
  },
  {
    why: "windows that meet",
    document: server("kubernetes", {
      orchestrator: {
        autoscaling: {
          schedule: {
            windows: {
              day: { start: "0 7 * * *", end: "0 19 * * *", replicas: 3 },
              noon: { start: "0 11 * * *", end: "0 13 * * *", replicas: 4 },
            },
          },
        },
      },
    }),
    path: "topology.orchestrator.autoscaling.schedule.windows.noon.start",
    given: /0 11 \* \* \*/,
    allowed: /day is since on 2028-01-01 at 07:00/,
    mend: /move its start/,
  },
  {
    why: "a time zone that is an offset",
    document: server("kubernetes", { orchestrator: { autoscaling: { schedule: { timeZone: "+01:00" } } } }),
    path: "topology.orchestrator.autoscaling.schedule.timeZone",
    given: /\+01:00/,
    allowed: /IANA/,
    mend: /./,
  },
  {
    why: "an autoscaler that takes agents away within a turn",
    document: server("kubernetes", { orchestrator: { autoscaling: { scaleDownWindowSeconds: 60 } } }),
    path: "topology.orchestrator.autoscaling.scaleDownWindowSeconds",
    given: /^60$/,
    allowed: /at least 180: agents that wait for a model look idle/,
    mend: /derived/,
  },
  {
    why: "clients that say nothing to an agent that asks",
    document: server("swarm", client({ authentication: { kind: "none" } })),
    path: "topology.client.authentication.kind",
    given: /"none"/,
    allowed: /./,
    mend: /./,
  },
  {
    why: "regions of a server",
    document: server("swarm", { concerns: { regions: { preset: "two-region" } } }),
    path: "regions.preset",
    given: /"two-region"/,
    allowed: /hosts stand where they stand/,
    mend: /spreadOver/,
  },
  {
    why: "a desktop's setting",
    document: server("swarm", { concerns: { desktop: { ipcChannel: "flame:other" } } }),
    path: "desktop.ipcChannel",
    given: /"flame:other"/,
    allowed: /desktop describes a desktop/,
    mend: /use topology\.client/,
  },
];

/** A server's mistakes, one in each environment. */
export const WRONG_SERVERS = [...IN_HOSTS, ...IN_WORKLOADS, ...IN_GOVERNANCE, ...IN_TRAFFIC];
