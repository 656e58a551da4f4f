import { kubernetesNamespace, objectName } from "../../orchestration/index.ts";
import { type ChosenOrchestrator, hasProxies } from "./choice.plan.ts";
import type { RemoteServerTopology } from "./remote-server.settings.ts";

/** The name under which clusters are made that nobody named. */
const CLUSTER_DOMAIN = "cluster.local";

/**
 * Names that lead to the agent: those of its endpoints, its hosts' where these are published, and those under which
 * containers, proxies and services reach it inside. A proxy hands on the name that its client used.
 */
export function planHostNames(
  environment: string,
  { endpoint, hosts, client }: Pick<RemoteServerTopology, "endpoint" | "hosts" | "client">,
  orchestrator: ChosenOrchestrator,
): readonly string[] {
  const { api, websocket } = client.endpoints;
  const told = [api, websocket].filter((address) => address !== undefined);
  return [
    ...endpoint.hostNames,
    ...hosts.map(({ address }) => address),
    ...told.map((address) => new URL(address).hostname),
    ...insideNames(environment, orchestrator),
  ];
}

function insideNames(environment: string, orchestrator: ChosenOrchestrator): readonly string[] {
  const agent = objectName(environment, "agent");
  const proxies = hasProxies(orchestrator) ? [objectName(environment, "proxy")] : [];
  switch (orchestrator.kind) {
    case "standalone":
      return [agent, ...proxies];
    case "swarm":
      return [agent, `tasks.${agent}`, ...proxies];
    case "kubernetes": {
      const namespace = kubernetesNamespace(environment, orchestrator);
      return ["", `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.${CLUSTER_DOMAIN}`].map(
        (domain) => `${agent}${domain}`,
      );
    }
  }
}
