import { SERVER_HOSTS } from "../../support/server-document.ts";
import type { WrongConfiguration } from "../wrong-configuration.ts";
import { hosts, server } from "./server.ts";

const [FIRST = {}, SECOND = {}, THIRD = {}] = SERVER_HOSTS;

/** A server's mistakes in its hosts. */
export const IN_HOSTS: readonly WrongConfiguration[] = [
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
