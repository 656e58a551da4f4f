import type { Tell } from "../step.ts";

/** Where objects of an environment are: an engine that speaks Docker's interface, or a cluster. */
export type EngineReference =
  | {
      readonly kind: "docker";
      /** `unix://…`, `ssh://…` or what else the engine is reached at. */
      readonly address: string;
    }
  | {
      readonly kind: "kubernetes";
      readonly context: string | undefined;
      readonly kubeconfig: string | undefined;
      readonly namespace: string;
    };

/** An object that carries an environment's labels on one of its engines. */
export interface Held {
  /** In the engine's own words: `container`, `service`, `deployment`. */
  readonly kind: string;
  readonly name: string;
  /** What tells it from every other one of its engine, as Pulumi's state knows it. */
  readonly id: string;
  /** Pulumi's type of such an object. */
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether data are in it, which no recovery ever deletes. */
  readonly holdsData: boolean;
  /** In the engine's words, such as `running` or `2 of 3`; `undefined` for what doesn't run. */
  readonly state: string | undefined;
  /** Whether it is at rest, and a start is all that it needs. */
  readonly atRest: boolean;
  /** Whether it does what it is there for. */
  readonly works: boolean;
  /** Its last update, where the engine makes them by itself: when it began, and whether it failed and all serves as before it. */
  readonly lastUpdate?: { readonly began: string; readonly isTakenBack: boolean } | undefined;
  /** Ports of the host that it holds, with the protocol: `8080/tcp`. */
  readonly ports: readonly string[];
}

/** What an engine holds of environments, and what can be done about it. */
export interface HoldingEngine {
  readonly reference: EngineReference;
  /** What is there and where, for a reader: `Docker 20.10.24 at unix:///…`, or why it can't be asked. */
  ask(): Promise<
    { readonly kind: "there"; readonly what: string } | { readonly kind: "missing"; readonly why: string }
  >;
  /** Everything with an environment's labels, in the order in which it can be removed. */
  list(environment: string): Promise<readonly Held[]>;
  /** Removes one, after its grace: running turns are waited for. What is gone already is no failure. */
  remove(held: Held, tell: Tell): Promise<void>;
  /** Ports of the host that anything else publishes, and what does: `8080/tcp`. */
  portsOfOthers(environment: string): Promise<ReadonlyMap<string, string>>;
  /** Remembers what serves, so that it can be made again as it is; `undefined` where the engine keeps it by itself. */
  remember(held: Held): Promise<Remembered | undefined>;
  /** Starts one that is at rest. */
  start(held: Held): Promise<void>;
  /** Whether it has a volume of that name, whoever made it. */
  hasVolume(name: string): Promise<boolean>;
  /** Whether an image is in its store; `undefined` where it doesn't say. */
  hasImage(image: string): Promise<boolean | undefined>;
}

/** Something that serves, with all that it takes to make it again. */
export interface Remembered {
  readonly name: string;
  /**
   * Makes and starts it again where it is gone, in the place of what has its name; whether that was needed. `instead`: even
   * where that runs.
   */
  bringBack(instead: boolean): Promise<boolean>;
}

/** Something held, with the engine that holds it. */
export interface HeldAt {
  readonly engine: HoldingEngine;
  readonly held: Held;
}

/** An object in words: `container flame-dev-agent`. */
export function heldWords({ kind, name }: Pick<Held, "kind" | "name">): string {
  return `${kind} ${name}`;
}

/** What doesn't do yet what it is there for, but for what serves as before an update that failed and began before this one. */
export function unsettled(now: readonly HeldAt[], before: readonly HeldAt[]): readonly Held[] {
  const earlier = new Set(before.map(({ held }) => updateOf(held)));
  return now.flatMap(({ held }) =>
    held.works || (held.lastUpdate?.isTakenBack && earlier.has(updateOf(held))) ? [] : [held],
  );
}

function updateOf({ id, lastUpdate }: Held): string | undefined {
  return lastUpdate && `${id} ${lastUpdate.began}`;
}
