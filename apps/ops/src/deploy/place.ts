import { join, resolve } from "node:path";
import { RunFailure } from "./failure.ts";

/** Where everything lies that running an environment makes in the project; git ignores it. */
export interface Place {
  /** Folder of the environment, `.blueprint/<environment>`: removed by `down`. */
  readonly folder: string;
  /** What runs, and which way it was started. */
  readonly record: string;
  /** Data that outlive the environment. */
  readonly data: string;
  /** Data that end with it. */
  readonly scratch: string;
  readonly log: string;
  /** Secrets that were made here because nobody gave one. */
  readonly secrets: string;
  /** Pulumi's state of every environment. */
  readonly state: string;
  /** Link to the Pulumi engine, where its own folder isn't as the Automation API wants it. */
  readonly engine: string;
  /** What Pulumi encrypts the state's secrets with. */
  readonly passphrase: string;
  /** Who the project is to the engines: it stands on what is made. */
  readonly owner: string;
  /** Locks that operations of Pulumi take on the state. */
  readonly locks: string;
}

const SHARED = { state: "state", engine: "engine", passphrase: "passphrase", owner: "owner.json" } as const;

/** The places of an environment of the project in the given folder. */
export function placeOf(environment: string, project = process.cwd()): Place {
  if (Object.values<string>(SHARED).includes(environment)) {
    throw new RunFailure({
      place: "environment",
      found: `"${environment}" is a name of .blueprint's own`,
      allowed: `any name but ${Object.values(SHARED).join(", ")}`,
      mend: `rename Pulumi.${environment}.yaml`,
    });
  }
  const root = resolve(project, ".blueprint");
  const folder = join(root, environment);
  return {
    folder,
    record: join(folder, "run.json"),
    data: join(folder, "data"),
    scratch: join(folder, "scratch"),
    log: join(folder, "logs", "agent.log"),
    secrets: join(folder, "secrets.json"),
    state: join(root, SHARED.state),
    engine: join(root, SHARED.engine),
    passphrase: join(root, SHARED.passphrase),
    owner: join(root, SHARED.owner),
    locks: join(root, SHARED.state, ".pulumi", "locks"),
  };
}
