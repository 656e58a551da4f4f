import { setTimeout as delay } from "node:timers/promises";
import { startupSecondsOf } from "../../../../../components/orchestration/index.ts";
import type { RemoteServerPlan } from "../../../../../components/topology/index.ts";
import { probe } from "../agent-client.ts";
import {
  type EngineReference,
  engineWords,
  type HeldAt,
  heldWords,
  listHeld,
  openHolding,
  unsettled,
} from "../engines/index.ts";
import { RunFailure } from "../failure.ts";
import type { Tell } from "../step.ts";
import { kubernetesObjects } from "./kubernetes.ts";
import type { Orchestrated } from "./orchestrated.ts";
import { standaloneObjects } from "./standalone.ts";
import { swarmObjects } from "./swarm.ts";
import type { DeployTarget } from "./target.ts";

type Targets = { [Target in RemoteServerPlan["target"] as Target["kind"]]: Target };

/** Where each orchestrator's objects are. */
const ORCHESTRATED: {
  readonly [Kind in keyof Targets]: (target: Targets[Kind] & { readonly kind: Kind }) => Orchestrated;
} = {
  standalone: standaloneObjects,
  swarm: swarmObjects,
  kubernetes: kubernetesObjects,
};

/** Pause between two looks, and time that a workload has beyond its own start. */
const LOOK_MS = 1000;
const MARGIN_SECONDS = 60;
/** Longest wait for the address to answer once everything runs: a proxy's look at what is behind it. */
const ADDRESS_SECONDS = 30;

/** A server's environment on its own hosts. */
export function serverTarget(plan: RemoteServerPlan): DeployTarget {
  const { environment, client, workloads } = plan;
  const { engines, ports, volumes, images, settleSeconds = 0 } = orchestrated(plan.target);
  return {
    environment,
    url: client.endpoints.api,
    stopGraceSeconds: Math.max(...workloads.map(({ stopGraceSeconds }) => stopGraceSeconds)),
    engines,
    ports,
    volumes,
    onThisMachine: false,
    // Services and objects are scaled and edited in place.
    drifts: plan.target.kind !== "standalone",
    ensureImages: () => requireImages(images),
    untilServes: async (tell, before) => {
      await untilEverythingWorks(plan, engines, { settleSeconds, before }, tell);
      return addressNotes(client.endpoints.api, client.endpoints.readyPath, tell);
    },
  };
}

function orchestrated<Kind extends keyof Targets>(
  target: { [One in Kind]: Targets[One] & { readonly kind: One } }[Kind],
): Orchestrated {
  return ORCHESTRATED[target.kind](target);
}

/** What no registry has can't be pulled: it must be in the engine's store. */
async function requireImages(images: Orchestrated["images"]): Promise<void> {
  for (const { engine, image } of images) {
    if (!image.startsWith("localhost/") || (await openHolding(engine).hasImage(image)) !== false) continue;
    throw new RunFailure({
      place: `image ${image}`,
      found: `isn't in the store of ${engineWords(engine)}, and no registry has it`,
      allowed: "an image of a registry, or one that is on every host",
      mend: "push it to a registry and name it there, or docker save it here and docker load it on the host",
    });
  }
}

async function untilEverythingWorks(
  { environment, workloads }: RemoteServerPlan,
  engines: readonly EngineReference[],
  { settleSeconds, before }: { readonly settleSeconds: number; readonly before: readonly HeldAt[] },
  tell: Tell,
): Promise<void> {
  const seconds = Math.max(...workloads.map(startupSecondsOf)) + settleSeconds + MARGIN_SECONDS;
  const end = performance.now() + seconds * 1000;
  const open = engines.map(openHolding);
  for (;;) {
    const [first] = unsettled(await listHeld(open, environment), before);
    if (first === undefined) return;
    tell(`${heldWords(first)}: ${first.state}`);
    if (performance.now() > end) {
      throw new RunFailure({
        place: heldWords(first),
        found: `doesn't work after ${seconds} s; it is ${first.state}`,
        allowed: "what agent.healthCheck gives it to start",
        mend: "look at its output on its host, mend what it says, and run the command again",
      });
    }
    await delay(LOOK_MS);
  }
}

/** A name, a certificate or a cluster's own address may not be for whoever deploys: that it doesn't answer is said. */
async function addressNotes(url: string, path: string, tell: Tell): Promise<string[]> {
  tell(`ask ${url}`);
  const end = performance.now() + ADDRESS_SECONDS * 1000;
  for (;;) {
    const answer = await probe(`${url}${path}`);
    if (answer.kind === "answered" && answer.status === 200) return [];
    const isFinal = answer.kind === "silent" && /ENOTFOUND|EAI_AGAIN|certificate/i.test(answer.reason);
    if (isFinal || performance.now() > end) {
      const why = answer.kind === "silent" ? answer.reason : `status ${answer.status}`;
      return [`everything works on its hosts, but ${url} doesn't answer from here (${why})`];
    }
    await delay(LOOK_MS);
  }
}
