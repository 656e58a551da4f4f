import {
  kubernetesManifest,
  quadletContainer,
  quadletNetwork,
  quadletVolume,
  type StandaloneHostPlan,
  type SwarmPlan,
  swarmBootstrap,
  swarmStack,
} from "../../orchestration/index.ts";
import type { Manifest } from "../local-podman/index.ts";
import type { RemoteServerPlan } from "./remote-server.plan.ts";

/** A server's environment as its orchestrator's own files, and the client's `client.json`. */
export function renderRemoteServer(plan: RemoteServerPlan): Manifest[] {
  const client = { path: "client.json", content: `${JSON.stringify(plan.client, null, 2)}\n` };
  const { target } = plan;
  switch (target.kind) {
    case "standalone":
      return [client, ...target.hosts.flatMap((host) => quadletFiles(plan.environment, host))];
    case "swarm":
      return [client, ...swarmFiles(target)];
    case "kubernetes":
      return [client, { path: "kubernetes/objects.yaml", content: kubernetesManifest(target) }];
  }
}

function quadletFiles(environment: string, host: StandaloneHostPlan): Manifest[] {
  const { network, volumes, containers } = host;
  const units = [
    quadletNetwork(network),
    ...volumes.map(quadletVolume),
    ...containers.map((container) =>
      quadletContainer(
        { ...container, dependsOn: container.after },
        {
          environment,
          network: network.name,
          names: Object.fromEntries(containers.map(({ name }) => [name, name])),
          autoStart: true,
          startTimeoutSeconds: container.startupSeconds,
        },
      ),
    ),
  ];
  return units.map(({ fileName, content }) => ({ path: `quadlet/${host.name}/${fileName}`, content }));
}

function swarmFiles(target: SwarmPlan): Manifest[] {
  return [
    { path: "swarm/bootstrap.sh", content: swarmBootstrap(target) },
    { path: "swarm/stack.yaml", content: swarmStack(target) },
    ...target.configs.map(({ name, content }) => ({ path: `swarm/configs/${name}`, content })),
  ];
}
