import type { WorkloadPlan, WorkloadVolumePlan } from "./workload.plan.ts";

/** A workload with the volumes that it mounts: what a leaf is read from. */
export interface LeafSubject {
  readonly workload: WorkloadPlan;
  readonly volumes: readonly WorkloadVolumePlan[];
}

/** One thing that a workload can say: an adapter honours it or refuses it, and says which. */
interface Leaf {
  readonly says: string;
  /** Setting that it comes from; `{workload}` is `agent` or `containers.<key>`. */
  readonly setting: string;
  /** What stands there; `undefined` where nothing is asked for. */
  readonly asked: (subject: LeafSubject) => unknown;
}

const leaf = (says: string, setting: string, asked: Leaf["asked"]): Leaf => ({ says, setting, asked });
const unless = (usual: unknown, value: unknown) => (value === usual ? undefined : value);
const some = <Entry>(entries: readonly Entry[]) => (entries.length > 0 ? entries : undefined);
const named = (record: Readonly<Record<string, unknown>>) => some(Object.keys(record));
const own = (name: string) => `{workload}.${name}`;
const shared = (name: string) => `topology.workload.${name}`;

/** Every leaf of a workload, by its path in `WorkloadPlan`. A list's or record's entries are one leaf. */
export const WORKLOAD_LEAVES = {
  image: leaf("image to run", own("image"), ({ workload }) => workload.image.text),
  command: leaf("arguments", own("command"), ({ workload }) => some(workload.command)),
  entrypoint: leaf("entry point in place of the image's", own("entrypoint"), ({ workload }) =>
    some(workload.entrypoint),
  ),
  user: leaf("user and group of the process", own("user"), ({ workload }) => workload.user),
  environment: leaf("environment variables", own("environment"), ({ workload }) => named(workload.environment)),
  secrets: leaf("secret values", own("secrets"), ({ workload }) => named(workload.secrets)),
  files: leaf("files that the deployment brings", shared("files"), ({ workload }) =>
    some(workload.files.map(({ path }) => path)),
  ),
  "ports.containerPort": leaf("port of the process", own("ports"), ({ workload }) => workload.ports[0]?.containerPort),
  "ports.protocol": leaf("transport protocol", own("ports"), ({ workload }) => workload.ports[0]?.protocol),
  "ports.publishedPort": leaf(
    "port under which it is published",
    own("ports"),
    ({ workload }) => workload.ports[0]?.publishedPort,
  ),
  "ports.reach": leaf("address of a host other than all", own("ports.0.address"), ({ workload }) => {
    const bound = workload.ports.find(({ reach }) => reach === "host" || typeof reach === "object");
    return typeof bound?.reach === "object" ? bound.reach.address : bound && "127.0.0.1";
  }),
  "mounts.volume": leaf("volume", own("volumes"), ({ workload }) => some(workload.mounts.filter(isKind("volume")))),
  "mounts.folder": leaf("folder of the host", own("volumes"), ({ workload }) =>
    some(workload.mounts.flatMap((mount) => (mount.kind === "folder" ? [mount.hostPath] : []))),
  ),
  "mounts.memory": leaf("file system in memory", own("writablePaths"), ({ workload }) =>
    some(workload.mounts.filter(isKind("memory"))),
  ),
  healthCheck: leaf("health check", own("healthCheck"), ({ workload }) => workload.healthCheck.command),
  readyPath: leaf("readiness beside health", own("healthCheck"), ({ workload }) => workload.readyPath),
  "restart.kind": leaf("restart other than always", own("restart.kind"), ({ workload }) =>
    unless("unless-stopped", unless("always", workload.restart.kind)),
  ),
  "restart.maxRetries": leaf("bound of restarts", own("restart.maxRetries"), ({ workload }) =>
    workload.restart.kind === "on-failure" ? workload.restart.maxRetries : undefined,
  ),
  "logging.kind": leaf("log driver other than a file", own("logging.kind"), ({ workload }) =>
    unless("file", workload.logging.kind),
  ),
  "logging.maxSize": leaf("size of a log file", own("logging.maxSize"), ({ workload }) =>
    workload.logging.kind === "file" ? unless(10 * 1024 ** 2, Number(workload.logging.maxSize)) : undefined,
  ),
  "logging.maxFiles": leaf("number of log files", own("logging.maxFiles"), ({ workload }) =>
    workload.logging.kind === "file" ? unless(1, workload.logging.maxFiles) : undefined,
  ),
  "logging.tag": leaf("identifier in the journal", own("logging.tag"), ({ workload }) =>
    workload.logging.kind === "journald" ? workload.logging.tag : undefined,
  ),
  "resources.cpuRequest": leaf(
    "CPU it is sure of",
    own("resources.requests.cpu"),
    ({ workload }) => workload.resources.cpuRequest,
  ),
  "resources.cpuLimit": leaf(
    "CPU it can't exceed",
    own("resources.limits.cpu"),
    ({ workload }) => workload.resources.cpuLimit,
  ),
  "resources.memoryRequest": leaf(
    "memory it is sure of",
    own("resources.requests.memory"),
    ({ workload }) => workload.resources.memoryRequest,
  ),
  "resources.memoryLimit": leaf(
    "memory it can't exceed",
    own("resources.limits.memory"),
    ({ workload }) => workload.resources.memoryLimit,
  ),
  "resources.swap": leaf("swap space", own("resources.limits.swap"), ({ workload }) =>
    unless(0, Number(workload.resources.swap)),
  ),
  "resources.cpuSet": leaf("processors", own("resources.cpuSet"), ({ workload }) => workload.resources.cpuSet),
  "resources.priority": leaf("weight under contention", own("resources.priority"), ({ workload }) =>
    unless(workload.key === "agent" || workload.key === "database" ? "high" : "medium", workload.resources.priority),
  ),
  "resources.ephemeralRequest": leaf(
    "disk space it is sure of",
    shared("resources.ephemeralRequest"),
    ({ workload }) => workload.resources.ephemeralRequest,
  ),
  "resources.ephemeralLimit": leaf(
    "disk space it can't exceed",
    shared("resources.ephemeralLimit"),
    ({ workload }) => workload.resources.ephemeralLimit,
  ),
  "resources.gpus": leaf("GPUs", shared("resources.gpus"), ({ workload }) => unless(0, workload.resources.gpus)),
  "resources.ingressPerSecond": leaf(
    "traffic that it may take in",
    shared("resources.network.ingressPerSecond"),
    ({ workload }) => workload.resources.ingressPerSecond,
  ),
  "resources.egressPerSecond": leaf(
    "traffic that it may send out",
    shared("resources.network.egressPerSecond"),
    ({ workload }) => workload.resources.egressPerSecond,
  ),
  "placement.require": leaf("what a host's labels must be", shared("placement.require"), ({ workload }) =>
    some(workload.placement.require),
  ),
  "placement.prefer": leaf("what a host's labels should be", shared("placement.prefer"), ({ workload }) =>
    some(workload.placement.prefer),
  ),
  "placement.spreadOver": leaf("labels that replicas are spread over", shared("placement.spreadOver"), ({ workload }) =>
    some(workload.placement.spreadOver),
  ),
  "placement.apart": leaf("replicas on hosts of their own", shared("placement.apart"), ({ workload }) =>
    unless("preferred", workload.placement.apart),
  ),
  "placement.tolerations": leaf("taints that are tolerated", shared("placement.tolerations"), ({ workload }) =>
    some(workload.placement.tolerations),
  ),
  "update.strategy": leaf("strategy other than rolling", shared("update.strategy"), ({ workload }) =>
    unless("rolling", workload.update.strategy),
  ),
  "update.order": leaf("old replica stops first", shared("update.order"), ({ workload }) =>
    unless("start-first", workload.update.order),
  ),
  "update.parallelism": leaf("replicas replaced at once", shared("update.parallelism"), ({ workload }) =>
    unless(1, workload.update.parallelism),
  ),
  "update.delaySeconds": leaf("pause between replacements", shared("update.delaySeconds"), ({ workload }) =>
    unless(0, workload.update.delaySeconds),
  ),
  "update.monitorSeconds": leaf(
    "time for which a new replica is watched",
    shared("update.monitorSeconds"),
    ({ workload }) => workload.update.monitorSeconds,
  ),
  "update.onFailure": leaf(
    "what a failed update leads to",
    shared("update.onFailure"),
    ({ workload }) => workload.update.onFailure,
  ),
  "update.maxFailureRatio": leaf("failures that are tolerated", shared("update.maxFailureRatio"), ({ workload }) =>
    unless(0, workload.update.maxFailureRatio),
  ),
  "rollback.order": leaf("order of a rollback", shared("rollback.order"), ({ workload }) => workload.rollback.order),
  "rollback.parallelism": leaf(
    "replicas that go back at once",
    shared("rollback.parallelism"),
    ({ workload }) => workload.rollback.parallelism,
  ),
  "rollback.delaySeconds": leaf(
    "pause between them",
    shared("rollback.delaySeconds"),
    ({ workload }) => workload.rollback.delaySeconds,
  ),
  "rollback.monitorSeconds": leaf(
    "time for which each is watched",
    shared("rollback.monitorSeconds"),
    ({ workload }) => workload.rollback.monitorSeconds,
  ),
  "rollback.onFailure": leaf(
    "what a failed rollback leads to",
    shared("rollback.onFailure"),
    ({ workload }) => workload.rollback.onFailure,
  ),
  "rollback.maxFailureRatio": leaf(
    "failures of a rollback that are tolerated",
    shared("rollback.maxFailureRatio"),
    ({ workload }) => workload.rollback.maxFailureRatio,
  ),
  "replicas.mode": leaf("one replica on every host", "topology.orchestrator.mode", ({ workload }) =>
    unless("replicated", workload.replicas.mode),
  ),
  "replicas.min": leaf("fewest replicas", "scaling.replicas.min", ({ workload }) => workload.replicas.min),
  "replicas.max": leaf("most replicas", "scaling.replicas.max", ({ workload }) =>
    workload.replicas.max > workload.replicas.min ? workload.replicas.max : undefined,
  ),
  "security.seccomp": leaf("own filter of system calls", shared("security.seccomp"), ({ workload }) =>
    workload.security.seccomp.kind === "profile" ? workload.security.seccomp.path : undefined,
  ),
  metrics: leaf("metrics endpoint", "monitoring.status.metricsPath", ({ workload }) => workload.metrics?.path),
  stopGraceSeconds: leaf(
    "time between stop and kill",
    "turns.stopGraceSeconds",
    ({ workload }) => workload.stopGraceSeconds,
  ),
  labels: leaf("labels", "labels", ({ workload }) => named(workload.labels)),
  dependsOn: leaf("started after others are healthy", own("dependsOn"), ({ workload }) => some(workload.dependsOn)),
  "volumes.size": leaf(
    "size of a volume",
    shared("storage.size"),
    ({ volumes }) => volumes.find(({ size }) => size !== 10 * 1024 ** 3)?.size,
  ),
  "volumes.driver": leaf(
    "volume driver or storage class",
    shared("storage.driver"),
    ({ volumes }) => volumes.find(({ driver }) => driver !== "local")?.driver,
  ),
  "volumes.driverOptions": leaf("options of the volume driver", shared("storage.driverOptions"), ({ volumes }) =>
    some(volumes.flatMap(({ driverOptions }) => Object.keys(driverOptions))),
  ),
} as const satisfies Record<string, Leaf>;

export type WorkloadLeaf = keyof typeof WORKLOAD_LEAVES;

function isKind(kind: string) {
  return (mount: { readonly kind: string }) => mount.kind === kind;
}
