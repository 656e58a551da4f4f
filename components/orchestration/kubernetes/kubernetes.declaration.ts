import { type Declaration, honoured, refused } from "../adapter.ts";
import { keepsData } from "../workload.plan.ts";

const NO_ROLLBACK = "a Deployment stops a failed update and keeps the old pods, but never goes back by itself";
const NO_ROLLBACK_MEND = "remove topology.workload.rollback; pulumi up of the former version goes back";
const NODE_LOGS = "a pod's output goes to the node, whose kubelet rotates it";

/** What a Kubernetes cluster does with each leaf of a workload. */
export const KUBERNETES: Declaration = {
  image: honoured("container's image"),
  command: honoured("args"),
  entrypoint: honoured("command"),
  user: honoured("runAsUser and runAsGroup"),
  environment: honoured("env"),
  secrets: honoured("Secret, by env's secretKeyRef"),
  files: honoured("immutable ConfigMap, mounted file by file"),
  "ports.containerPort": honoured("container's port, service's target"),
  "ports.protocol": honoured("protocol of port and service"),
  "ports.publishedPort": honoured("service's port", {
    allowed: "the container's own port for workloads beside the agent: others reach them under it everywhere",
    accepts: ({ workload }) =>
      workload.key === "agent" || workload.ports.every((port) => port.publishedPort === port.containerPort),
    instead: "set hostPort to containerPort",
  }),
  "ports.reach": honoured("service inside the cluster for 127.0.0.1", {
    allowed: '"0.0.0.0", or "127.0.0.1" for the cluster alone: a service has no address of a single host',
    accepts: ({ workload }) => workload.ports.every(({ reach }) => typeof reach !== "object"),
    instead: 'set the address to "0.0.0.0" and choose topology.orchestrator.exposure, or to "127.0.0.1"',
  }),
  "mounts.volume": honoured("PersistentVolumeClaim of a StatefulSet"),
  "mounts.folder": refused(
    "Pod Security allows no folder of a node",
    "use topology.workload.files, or an image with the files",
  ),
  "mounts.memory": honoured("emptyDir in memory"),
  healthCheck: honoured("startup and liveness probe"),
  readyPath: honoured("readiness probe"),
  "restart.kind": refused("a controller's pods always restart", "remove restart, or set its kind to unless-stopped"),
  "restart.maxRetries": refused(
    "a controller's pods always restart",
    "remove restart, or set its kind to unless-stopped",
  ),
  "logging.kind": refused(NODE_LOGS, "remove logging; the cluster's log collector reads it there"),
  "logging.maxSize": refused(NODE_LOGS, "remove logging.maxSize; containerLogMaxSize of the kubelet says it"),
  "logging.maxFiles": refused(NODE_LOGS, "remove logging.maxFiles; containerLogMaxFiles of the kubelet says it"),
  "logging.tag": refused(NODE_LOGS, "remove logging.tag; the pod's labels say it"),
  "resources.cpuRequest": honoured("request"),
  "resources.cpuLimit": honoured("limit"),
  "resources.memoryRequest": honoured("request"),
  "resources.memoryLimit": honoured("limit"),
  "resources.swap": refused(
    "swap is a matter of the kubelet, not of a pod",
    "set limits.swap to 0B and raise limits.memory",
  ),
  "resources.cpuSet": refused(
    "processors are given by the kubelet's CPU manager",
    "remove cpuSet; whole and equal requests and limits of CPU get processors of their own there",
  ),
  "resources.priority": honoured("PriorityClass"),
  "resources.ephemeralRequest": honoured("request of ephemeral-storage"),
  "resources.ephemeralLimit": honoured("limit of ephemeral-storage"),
  "resources.gpus": honoured("request and limit of nvidia.com/gpu"),
  "resources.ingressPerSecond": honoured(
    "annotation kubernetes.io/ingress-bandwidth, which the network's bandwidth plugin reads",
  ),
  "resources.egressPerSecond": honoured(
    "annotation kubernetes.io/egress-bandwidth, which the network's bandwidth plugin reads",
  ),
  "placement.require": honoured("required node affinity"),
  "placement.prefer": honoured("preferred node affinity"),
  "placement.spreadOver": honoured("topology spread constraints"),
  "placement.apart": honoured("pod anti-affinity over hosts"),
  "placement.tolerations": honoured("tolerations"),
  "update.strategy": honoured(
    "Deployment's strategy; blue-green: a Deployment of each version behind one service; canary: a Deployment that serves and one that is tried out, driven by blueprint rollout",
    {
      allowed: "rolling, recreate or blue-green for an agent that keeps files of its own, of which only one may run",
      accepts: ({ workload }) => workload.update.strategy !== "canary" || !keepsData(workload),
      instead: "set agent.database.kind to postgresql or external, or the strategy to rolling",
    },
  ),
  "update.order": honoured("maxSurge or maxUnavailable"),
  "update.parallelism": honoured("maxSurge or maxUnavailable"),
  "update.delaySeconds": honoured("minReadySeconds"),
  "update.monitorSeconds": refused(
    "a new pod counts once it has been ready for minReadySeconds",
    "use topology.workload.update.delaySeconds",
  ),
  "update.onFailure": honoured("progressDeadlineSeconds, the old pods serving", {
    allowed: "pause: the update stops and the old pods go on serving; with strategy canary rollback, as it always does",
    accepts: ({ workload: { update } }) => update.onFailure === (update.strategy === "canary" ? "rollback" : "pause"),
    instead: "remove topology.workload.update.onFailure, or use orchestrator swarm",
  }),
  "update.maxFailureRatio": refused("a Deployment tolerates no failing pod", "remove it, or use orchestrator swarm"),
  "rollback.order": refused(NO_ROLLBACK, NO_ROLLBACK_MEND),
  "rollback.parallelism": refused(NO_ROLLBACK, NO_ROLLBACK_MEND),
  "rollback.delaySeconds": refused(NO_ROLLBACK, NO_ROLLBACK_MEND),
  "rollback.monitorSeconds": refused(NO_ROLLBACK, NO_ROLLBACK_MEND),
  "rollback.onFailure": refused(NO_ROLLBACK, NO_ROLLBACK_MEND),
  "rollback.maxFailureRatio": refused(NO_ROLLBACK, NO_ROLLBACK_MEND),
  "replicas.mode": refused(
    "only a Swarm's settings have a mode",
    "set scaling.replicas, and placement.apart to required",
  ),
  "replicas.min": honoured("replicas, or the autoscaler's least"),
  "replicas.max": honoured("HorizontalPodAutoscaler, which owns the count"),
  "security.seccomp": honoured("seccompProfile of type Localhost"),
  metrics: honoured("annotations that Prometheus reads"),
  stopGraceSeconds: honoured("terminationGracePeriodSeconds, after a preStop wait"),
  labels: honoured("labels; annotations where a value isn't a legal label"),
  dependsOn: honoured("order of the deployment, each ready before the next"),
  "volumes.size": honoured("size of the claim"),
  "volumes.driver": honoured("storage class"),
  "volumes.driverOptions": refused(
    "a storage class carries its own parameters",
    "remove driverOptions and name a class that has them",
  ),
};
