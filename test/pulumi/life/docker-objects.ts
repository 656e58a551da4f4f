import type Docker from "dockerode";

const TASK = "com.docker.swarm.service.id";

/** Everything that carries an environment's labels on an engine, a Swarm's own objects too where it manages one. */
export async function heldByDocker(client: Docker, environment: string): Promise<string[]> {
  const filters = { label: [`blueprint.environment=${environment}`] };
  const info: { readonly Swarm?: { readonly ControlAvailable?: boolean } } = await client.info();
  const isManager = info.Swarm?.ControlAvailable === true;
  const [containers, networks, { Volumes }, swarm] = await Promise.all([
    client.listContainers({ all: true, filters }),
    client.listNetworks({ filters }),
    client.listVolumes({ filters }),
    isManager ? heldBySwarm(client, environment) : [],
  ]);
  return [
    ...containers
      .filter(({ Labels }) => Labels[TASK] === undefined)
      .map(({ Names }) => `container ${Names[0]?.replace(/^\//, "")}`),
    // A worker sees the Swarm's networks while its tasks use them.
    ...networks.filter(({ Scope }) => isManager || Scope !== "swarm").map(({ Name }) => `network ${Name}`),
    ...Volumes.map(({ Name }) => `volume ${Name}`),
    ...swarm,
  ];
}

async function heldBySwarm(client: Docker, environment: string): Promise<string[]> {
  const filters = { label: [`blueprint.environment=${environment}`] };
  const [services, secrets, configs] = await Promise.all([
    client.listServices({ filters }),
    client.listSecrets({ filters }),
    // The provider gives configs no labels.
    client.listConfigs(),
  ]);
  return [
    ...services.map(({ Spec }) => `service ${Spec?.Name}`),
    ...secrets.map(({ Spec }) => `secret ${Spec?.Name}`),
    ...configs
      .filter(({ Spec }) => Spec?.Name?.startsWith(`flame-${environment}-`))
      .map(({ Spec }) => `config ${Spec?.Name}`),
  ];
}

/**
 * Others' objects on an engine, with names and labels like an environment's: a longer name, another environment's label,
 * the environment's name without a label.
 */
export function dockerOthers(client: Docker, environment: string, image: string) {
  const labels = { "blueprint.environment": `${environment}-2`, "blueprint.component": "agent" };
  const names = {
    volumes: [`flame-${environment}-data-old`, `flame-${environment}-2-data`],
    network: `flame-${environment}-2-network`,
    container: `flame-${environment}-2-agent`,
  };
  return {
    async plantOthers(): Promise<void> {
      const [unlabelled = "", labelled = ""] = names.volumes;
      await client.createVolume({ Name: unlabelled });
      await client.createVolume({ Name: labelled, Labels: labels });
      await client.createNetwork({ Name: names.network, Labels: labels });
      const container = await client.createContainer({
        name: names.container,
        Image: image,
        Labels: labels,
        HostConfig: { NetworkMode: names.network, Binds: [`${unlabelled}:/data`] },
      });
      await container.start();
    },
    async others(): Promise<readonly string[]> {
      const { Id, State } = await client.getContainer(names.container).inspect();
      const network = await client.getNetwork(names.network).inspect();
      const volumes = await Promise.all(names.volumes.map((name) => client.getVolume(name).inspect()));
      return [
        `${names.container} ${Id} ${State.Status} since ${State.StartedAt}`,
        `${names.network} ${network.Id}`,
        ...volumes.map((volume) => `${volume.Name} ${"CreatedAt" in volume ? volume.CreatedAt : ""}`),
      ];
    },
    async removeOthers(): Promise<void> {
      await client.getContainer(names.container).remove({ force: true }).catch(absent);
      await client.getNetwork(names.network).remove().catch(absent);
      for (const name of names.volumes) await client.getVolume(name).remove().catch(absent);
    },
  };
}

/** A test that failed early has made none. */
function absent(error: unknown): void {
  if (!(error instanceof Error && "statusCode" in error && error.statusCode === 404)) throw error;
}
