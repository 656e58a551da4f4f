import type { Document } from "../../support/environment.ts";
import type { World } from "../../support/walk.world.ts";

/** Where an environment lives: an engine or several, and what a suite has to know of them. */
export interface LifeTarget extends AsyncDisposable {
  /** Name of the environment; others' objects have similar ones. */
  readonly environment: string;
  /** What it is brought up with first. The secrets that it and its changes name are in `secrets`. */
  readonly document: Document;
  /** Values by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where the second values of its settings come from; its base is `document`. */
  readonly world: World;
  /** Changes that can't be tried here, by the start of their names, with the reason. */
  readonly untried: Readonly<Record<string, string>>;
  /** A document of the walk as it can be brought up here: addresses, folders and images that are there. */
  asHere(document: Document): Document;
  /** Variables that `blueprint` and Pulumi need here beside their own. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where a document's agent answers; `undefined` where it is simulated and answers nobody. */
  urlOf(document: Document): string | undefined;
  /** What holds the memory and what opens it, by their identities: in place of turns where nobody answers. */
  readonly memory?: () => Promise<string>;
  /** Everything that carries the environment's labels, of its engines' own words: `volume flame-life-data`. */
  held(): Promise<readonly string[]>;
  /** Makes objects of others, with names like the environment's. */
  plantOthers(): Promise<void>;
  /** What of them is there, with its state; the same as long as nobody has touched them. */
  others(): Promise<readonly string[]>;
  /** What one does to the environment by hand, each by what it is: a removal, a stop. */
  readonly drifts: Readonly<Record<string, () => Promise<void>>>;
  /** What of `held` stays where the data are kept. */
  readonly kept: RegExp;
  /** Whether the release before this one left bringing it up to the engine itself. */
  readonly earlierByEngine: boolean;
}
