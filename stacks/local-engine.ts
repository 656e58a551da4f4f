import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import {
  chooseEngine,
  type EngineChoice,
  type LocalPodmanTopology,
  socketCandidates,
} from "../components/topology/index.ts";

/** Finds this machine's container engine: what the settings declare, else the first socket that exists. */
export function findLocalEngine(declared: LocalPodmanTopology["engine"]): EngineChoice {
  return chooseEngine(declared, socketCandidates(localMachine()), (socket) =>
    existsSync(socket.replace(/^(unix|npipe):\/\//, "")),
  );
}

/** What of this machine decides where an engine's socket is. */
export function localMachine() {
  return {
    platform: process.platform,
    userId: userInfo().uid,
    homeFolder: homedir(),
    runtimeFolder: process.env.XDG_RUNTIME_DIR,
    engineHost: process.env.CONTAINER_HOST ?? process.env.DOCKER_HOST,
  };
}
