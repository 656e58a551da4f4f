import {
  chooseEngine,
  type EngineTarget,
  type LocalPodmanTopology,
  socketCandidates,
} from "../../../../components/topology/index.ts";
import { localMachine } from "../../../../stacks/local-engine.ts";
import { askVersion, type EngineAnswer } from "../deploy/engine-client.ts";

/** A place where an engine may listen, and what came back from there. */
export interface AskedPlace extends EngineTarget {
  readonly description: string;
  readonly answer: EngineAnswer;
}

/** Asks for its version: the declared engine alone, which is the one that a deployment takes; else every place where one may listen. */
export function askEngines(declared: LocalPodmanTopology["engine"]): Promise<AskedPlace[]> {
  const places =
    declared.socket === undefined
      ? socketCandidates(localMachine()).filter(({ kind }) => declared.kind === "auto" || declared.kind === kind)
      : [{ ...chooseEngine(declared, [], () => true).target, description: "topology.engine.socket" }];
  return Promise.all(places.map(async (place) => ({ ...place, answer: await askVersion({ socket: place.socket }) })));
}
