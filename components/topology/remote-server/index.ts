export { ClientFile } from "./client.file.ts";
export type { FoundOrchestrators, RemoteServerSettings } from "./remote-server.environment.ts";
export { planRemoteServer, type RemoteServerPlan } from "./remote-server.plan.ts";
export { renderRemoteServer } from "./remote-server.render.ts";
export { RemoteServer, type RemoteServerTransforms } from "./remote-server.ts";
