import { manifestYaml } from "../../core/index.ts";
import {
  composeFile,
  type KubernetesPlan,
  kubernetesManifest,
  kubernetesStable,
  quadletContainer,
  quadletNetwork,
  quadletVolume,
  type StandaloneHostPlan,
  type StandalonePlan,
  type SwarmPlan,
  swarmBootstrap,
  swarmStack,
} from "../../orchestration/index.ts";
import type { Manifest } from "../local-podman/index.ts";
import type { RemoteServerPlan } from "./remote-server.plan.ts";

/** A server's environment as its orchestrator's own files, and the client's `client.json`. */
export function renderRemoteServer(plan: RemoteServerPlan): Manifest[] {
  return [
    { path: "capacity.json", content: `${JSON.stringify(capacityOf(plan), null, 2)}\n` },
    ...alertFiles(plan),
    { path: "client.json", content: `${JSON.stringify(plan.client, null, 2)}\n` },
    ...(plan.registries.length > 0
      ? [{ path: "registries.json", content: `${JSON.stringify(plan.registries, null, 2)}\n` }]
      : []),
    ...targetFiles(plan),
  ];
}

function alertFiles({ alerts }: RemoteServerPlan): Manifest[] {
  if (alerts.length === 0) return [];
  const file = { groups: [{ name: "flame-wastage", rules: alerts }] };
  return [{ path: "alerts/wastage.yaml", content: manifestYaml(file) }];
}

function targetFiles({ environment, target }: RemoteServerPlan): Manifest[] {
  switch (target.kind) {
    case "standalone":
      return [
        { path: "rollout.json", content: `${JSON.stringify(rolloutOf(target), null, 2)}\n` },
        ...target.hosts.flatMap((host) =>
          target.engine === "podman" ? quadletFiles(environment, host) : composeFiles(environment, target.name, host),
        ),
      ];
    case "swarm":
      return swarmFiles(target);
    case "kubernetes":
      return kubernetesFiles(target);
  }
}

/** What a rollout alone changes stands in a file of its own: the other one may be applied at any time. */
function kubernetesFiles(target: KubernetesPlan): Manifest[] {
  const { canary } = target;
  return [
    { path: "kubernetes/objects.yaml", content: kubernetesManifest(target) },
    ...(canary
      ? [
          { path: "kubernetes/stable.yaml", content: kubernetesStable(target) },
          { path: "rollout.json", content: `${JSON.stringify(canary, null, 2)}\n` },
        ]
      : []),
  ];
}

/** How the hosts are filled when everything runs at once, and who is evicted in which order. */
function capacityOf({ choice, capacity, sums, classes, hosts, governance, tenants, budget }: RemoteServerPlan) {
  const { placement, monthlyCost, clientsMax } = capacity;
  return {
    orchestrator: choice,
    hosts: placement.hosts.map((load) => ({ address: hosts.find(({ name }) => name === load.name)?.address, ...load })),
    placement: placement.placed,
    sums,
    quota: governance.quota,
    replicaBounds: governance.replicaBounds,
    evictionOrder: classes,
    tenants: tenants.map((tenant) => ({ ...tenant, ...governance.tenants[tenant.name] })),
    monthlyCost: monthlyCost ?? null,
    budget: budget ?? null,
    clientsMax: clientsMax ?? null,
  };
}

/** How a new version takes the old one's place, for whoever does it without `blueprint rollout`. */
function rolloutOf({ rollout, hosts }: StandalonePlan) {
  return {
    ...rollout,
    hosts: hosts.map(({ name, containers }) => ({
      name,
      containers: containers.map(({ name: container, replacement, batch, stopGraceSeconds }) => ({
        name: container,
        replacement,
        batch,
        stopGraceSeconds,
      })),
    })),
  };
}

function composeFiles(environment: string, name: string, host: StandaloneHostPlan): Manifest[] {
  return [{ path: `compose/${host.name}/compose.yaml`, content: composeFile(environment, name, host) }];
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
