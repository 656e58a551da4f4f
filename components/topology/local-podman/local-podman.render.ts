import {
  kubePlayPods,
  kubePlayVolumes,
  quadletContainer,
  quadletNetwork,
  quadletUpdateTimer,
  quadletVolume,
} from "../../orchestration/index.ts";
import type { LocalPodmanPlan } from "./local-podman.plan.ts";

/** A file that an engine, or the desktop connector, takes by itself. */
export interface Manifest {
  /** Path below the folder that is rendered into. */
  readonly path: string;
  readonly content: string;
}

/** A desktop's environment as Quadlet units, a file for `podman kube play` and the connector's `desktop.json`. */
export function renderLocalPodman(plan: LocalPodmanPlan): Manifest[] {
  const { environment, network, volumes, containers, desktop } = plan;
  const context = {
    environment,
    network: network.name,
    names: Object.fromEntries(containers.map(({ key, name }) => [key, name])),
    autoStart: desktop.lifecycle.autoStart,
    startTimeoutSeconds: desktop.lifecycle.startupTimeoutSeconds,
  };
  const units = [
    quadletNetwork(network),
    ...volumes.map(quadletVolume),
    ...containers.map((container) => quadletContainer(container, context)),
    ...(plan.updateSchedule ? [quadletUpdateTimer(plan.updateSchedule)] : []),
  ];
  return [
    { path: "desktop.json", content: `${JSON.stringify(desktop, null, 2)}\n` },
    ...(volumes.length > 0 ? [{ path: "kube-play/volumes.yaml", content: kubePlayVolumes(volumes) }] : []),
    { path: "kube-play/pods.yaml", content: kubePlayPods(environment, network.name, containers) },
    ...units.map(({ fileName, content }) => ({ path: `quadlet/${fileName}`, content })),
  ];
}
