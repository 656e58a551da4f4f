import { capabilitiesDropped } from "./capabilities-dropped.ts";
import { cpuLimit } from "./cpu-limit.ts";
import { healthCheck } from "./health-check.ts";
import { imagePinned } from "./image-pinned.ts";
import { labels } from "./labels.ts";
import { logBounded } from "./log-bounded.ts";
import { memoryLimit } from "./memory-limit.ts";
import { noEngineSocket } from "./no-engine-socket.ts";
import { noNewPrivileges } from "./no-new-privileges.ts";
import { noSensitiveHostPath } from "./no-sensitive-host-path.ts";
import { notPrivileged } from "./not-privileged.ts";
import { notRoot } from "./not-root.ts";
import { ownNamespaces } from "./own-namespaces.ts";
import { portsLoopback } from "./ports-loopback.ts";
import { readOnlyRoot } from "./read-only-root.ts";
import { restartBounded } from "./restart-bounded.ts";
import { turnGrace } from "./turn-grace.ts";

/** What must hold of every container. */
export const containerRules = [
  capabilitiesDropped,
  cpuLimit,
  healthCheck,
  imagePinned,
  labels,
  logBounded,
  memoryLimit,
  noEngineSocket,
  noNewPrivileges,
  noSensitiveHostPath,
  notPrivileged,
  notRoot,
  ownNamespaces,
  portsLoopback,
  readOnlyRoot,
  restartBounded,
  turnGrace,
];
