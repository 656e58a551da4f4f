import type { EngineReference } from "../engines/index.ts";
import type { PublishedAt, VolumeAt } from "./target.ts";

/** What an orchestrator's plan says of where its objects are. */
export interface Orchestrated {
  readonly engines: readonly EngineReference[];
  readonly ports: readonly PublishedAt[];
  readonly volumes: readonly VolumeAt[];
  /** Images by the engine that must have them. */
  readonly images: readonly { readonly engine: EngineReference; readonly image: string }[];
  /** How long its objects take at most, once Pulumi has made or changed them, beside their own start. Default: no time. */
  readonly settleSeconds?: number;
}
