export * from "./local-podman/index.ts";
export { TopologySettings } from "./topology.settings.ts";
