import type { EngineReference, HeldAt } from "../engines/index.ts";
import type { Tell } from "../step.ts";

/** A port that an environment publishes on an engine's host. */
export interface PublishedAt {
  readonly engine: EngineReference;
  readonly address: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

/** A volume by its name on an engine. */
export interface VolumeAt {
  readonly engine: EngineReference;
  readonly name: string;
}

/** What bringing an environment up and taking it down needs to know of where it goes. */
export interface DeployTarget {
  readonly environment: string;
  /** Where clients reach the agent. */
  readonly url: string;
  /** Longest that one of its parts may take to stop. */
  readonly stopGraceSeconds: number;
  /** Every engine on which it has objects, the one that is asked first at the front. */
  readonly engines: readonly EngineReference[];
  readonly ports: readonly PublishedAt[];
  /** Volumes that it mounts, by the engine that has them. */
  readonly volumes: readonly VolumeAt[];
  /** Whether the engines are this machine's own, whose ports this process can try. */
  readonly onThisMachine: boolean;
  /** Whether its engines change what they hold by themselves or by a hand, which a refresh alone sees. */
  readonly drifts: boolean;
  /** Makes sure that images which no registry has are where they are run. Throws a `RunFailure` where they can't be. */
  ensureImages(tell: Tell): Promise<void>;
  /**
   * Waits until it serves; what is worth knowing of it. `before`: what its engines held before the update, of whose earlier
   * updates nothing is said. Throws a `RunFailure` where it doesn't serve in its time.
   */
  untilServes(tell: Tell, before: readonly HeldAt[]): Promise<readonly string[]>;
}
