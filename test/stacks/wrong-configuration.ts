import { type Document, desktopDocument, PODMAN } from "../support/environment.ts";

/** An environment with one mistake, and what must be said of it. */
export interface WrongConfiguration {
  readonly why: string;
  readonly document: Document;
  /** Path of the one problem. */
  readonly path: string;
  /** The value that is shown; `undefined` where the setting is missing. */
  readonly given: RegExp | undefined;
  readonly allowed: RegExp;
  readonly mend: RegExp;
  /** Secrets of the document that have no value. */
  readonly unsetSecrets?: readonly string[];
}

/** A desktop's topology with settings of its own. */
export const topology = (settings: Document) => ({ topology: { kind: "local-podman", engine: PODMAN, ...settings } });
/** A desktop whose agent has settings of its own. */
export const agent = (settings: Document) => desktopDocument({ agent: settings });
/** A further container that fits beside the agent. */
export const cache = (settings: Document = {}) => ({
  image: "registry.example/team/cache:7.4.1",
  healthCheck: { command: ["cache", "ping"] },
  resources: { limits: { cpu: "250m", memory: "512MiB" } },
  ...settings,
});
/** A model that is asked over the network. */
export const model = (settings: Document) => ({
  kind: "openai-compatible",
  baseUrl: "https://models.example/v1",
  name: "gpt-5-mini",
  apiKey: { secret: "modelApiKey" },
  ...settings,
});
