import type { Document } from "../../support/environment.ts";
import { SERVER_AGENT, SERVER_HOSTS } from "../../support/server-document.ts";

const [FIRST = {}] = SERVER_HOSTS;

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

/** A database that several agents can have. */
export const EXTERNAL = { kind: "external", host: "database.example.com", password: { secret: "databasePassword" } };
/** Changes of one group of a topology. */
export const hosts = (...list: readonly Document[]) => ({ topology: { hosts: list } });
export const workload = (settings: Document) => ({ topology: { workload: settings } });
export const governance = (settings: Document) => ({ topology: { governance: settings } });
export const client = (settings: Document) => ({ topology: { client: settings } });
/** A further container that fits beside the agent. */
export const worker = (settings: Document = {}) => ({
  image: "registry.example/team/worker:1.0.0",
  healthCheck: { command: ["worker", "ping"] },
  resources: { limits: { cpu: "250m", memory: "512MiB" } },
  ...settings,
});
