export { chooseEngine, type EngineChoice, socketCandidates } from "./engine-search.ts";
export type { EngineTarget, ImageIds } from "./local-podman.environment.ts";
export { type LocalPodmanPlan, planLocalPodman } from "./local-podman.plan.ts";
export { type Manifest, renderLocalPodman } from "./local-podman.render.ts";
export { LocalPodmanTopology } from "./local-podman.settings.ts";
export { LocalPodman } from "./local-podman.ts";
