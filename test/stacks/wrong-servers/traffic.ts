import type { WrongConfiguration } from "../wrong-configuration.ts";
import { client, server, workload } from "./server.ts";

/** Mistakes in the ways in, and in the turns that come through them. */
export const IN_TRAFFIC: readonly WrongConfiguration[] = [
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
