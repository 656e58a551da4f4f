export * from "./local-podman/index.ts";
export * from "./remote-server/index.ts";
export { TopologySettings } from "./topology.settings.ts";
