import { type Declaration, honoured, later, refused } from "../adapter.ts";
import { keepsData } from "../workload.plan.ts";

const NO_CONTROLLER = "no controller counts failures; one container that never gets healthy ends the rollout";

/** What standalone hosts do with each leaf of a workload. */
export const STANDALONE: Declaration = {
  image: honoured("container's image"),
  command: honoured("command"),
  entrypoint: honoured("entry point"),
  user: honoured("user"),
  environment: honoured("environment"),
  secrets: honoured("environment from Pulumi's secrets; Podman's secrets in Quadlet units"),
  files: later(
    "files are copied into a container before it starts, which nobody here does",
    "put them on the hosts and name their folder under agent.volumes",
  ),
  "ports.containerPort": honoured("proxy's server, or published port"),
  "ports.protocol": honoured("published port"),
  "ports.publishedPort": honoured("proxy's port, or published port", {
    allowed: "one port of the agent, whose new version starts beside the old one: a host's port can't be taken twice",
    accepts: ({ workload }) =>
      workload.ports.length < 2 || workload.update.order === "stop-first" || keepsData(workload),
    instead: "remove the other ports, or set topology.workload.update.order to stop-first",
  }),
  "ports.reach": honoured("address of the published port"),
  "mounts.volume": honoured("volume of the engine"),
  "mounts.folder": honoured("folder of the host"),
  "mounts.memory": honoured("tmpfs"),
  healthCheck: honoured("health check, waited for in the deployment"),
  readyPath: honoured("proxy's check of each replica"),
  "restart.kind": honoured("restart policy"),
  "restart.maxRetries": honoured("restart policy"),
  "logging.kind": honoured("log driver"),
  "logging.maxSize": honoured("log option max-size"),
  "logging.maxFiles": honoured("log option max-file"),
  "logging.tag": honoured("log option tag"),
  "resources.cpuRequest": honoured("CPU weight, and placement"),
  "resources.cpuLimit": honoured("CPU quota"),
  "resources.memoryRequest": honoured("memory reservation, and placement"),
  "resources.memoryLimit": honoured("memory limit"),
  "resources.swap": honoured("memory and swap limit"),
  "resources.cpuSet": honoured("processors"),
  "resources.priority": honoured("CPU weight"),
  "resources.ephemeralRequest": refused(
    "the engines bound a container's own layer only on file systems with project quotas",
    "remove it; topology.governance.reserve.diskPercent keeps room on every host",
  ),
  "resources.ephemeralLimit": refused(
    "the engines bound a container's own layer only on file systems with project quotas",
    "remove it; topology.governance.reserve.diskPercent keeps room on every host",
  ),
  "resources.gpus": later(
    "an engine takes GPUs as devices of a driver or of CDI, which nobody here asks for",
    "use orchestrator swarm or kubernetes for workloads with GPUs",
  ),
  "resources.ingressPerSecond": refused(
    "the engine's networks don't shape a container's traffic",
    "use orchestrator kubernetes, whose network can, or the host's own traffic control (tc)",
  ),
  "resources.egressPerSecond": refused(
    "the engine's networks don't shape a container's traffic",
    "use orchestrator kubernetes, whose network can, or the host's own traffic control (tc)",
  ),
  "placement.require": honoured("choice of the host in the plan"),
  "placement.prefer": honoured("choice of the host in the plan"),
  "placement.spreadOver": honoured("choice of the host in the plan"),
  "placement.apart": honoured("choice of the host in the plan"),
  "placement.tolerations": honoured("choice of the host in the plan", {
    allowed: "no seconds: nothing here moves what runs already",
    accepts: ({ workload }) => workload.placement.tolerations.every(({ seconds }) => seconds === undefined),
    instead: "remove seconds, or use orchestrator kubernetes",
  }),
  "update.strategy": honoured(
    "new containers beside the old ones (rolling: in turn, blue-green: at once), or in their place",
    {
      allowed:
        "rolling, recreate or blue-green: the hosts' proxies share requests out evenly, not by a version's weight",
      accepts: ({ workload }) => workload.update.strategy !== "canary",
      instead: "use rolling, whose new version is tried without requests first, or orchestrator kubernetes",
    },
  ),
  "update.order": honoured("container's name carries its version, or not"),
  "update.parallelism": honoured("containers that start at once"),
  "update.delaySeconds": refused(
    "the deployment goes on as soon as a container is healthy",
    "raise healthCheck.startPeriodSeconds",
  ),
  "update.monitorSeconds": honoured("time of a new version's trial, before it gets requests"),
  "update.onFailure": honoured("what a rollout that fails does with the containers", {
    allowed: "rollback or pause: a rollout doesn't go on past a container that isn't healthy",
    accepts: ({ workload }) => workload.update.onFailure !== "continue",
    instead: "set topology.workload.update.onFailure to rollback or pause, or use orchestrator swarm",
  }),
  "update.maxFailureRatio": refused(NO_CONTROLLER, "remove it, or use orchestrator swarm"),
  "rollback.order": refused(NO_CONTROLLER, "remove topology.workload.rollback, or use orchestrator swarm"),
  "rollback.parallelism": refused(NO_CONTROLLER, "remove topology.workload.rollback, or use orchestrator swarm"),
  "rollback.delaySeconds": refused(NO_CONTROLLER, "remove topology.workload.rollback, or use orchestrator swarm"),
  "rollback.monitorSeconds": refused(NO_CONTROLLER, "remove topology.workload.rollback, or use orchestrator swarm"),
  "rollback.onFailure": refused(NO_CONTROLLER, "remove topology.workload.rollback, or use orchestrator swarm"),
  "rollback.maxFailureRatio": refused(NO_CONTROLLER, "remove topology.workload.rollback, or use orchestrator swarm"),
  "replicas.mode": refused(
    "only Swarm runs one on every host by itself",
    "set scaling.replicas to the number of hosts",
  ),
  "replicas.min": honoured("containers, over all hosts"),
  "replicas.max": refused(
    "nothing starts a container when load comes",
    "set scaling.replicas.min and max to the same number, or use orchestrator kubernetes",
  ),
  "security.seccomp": later(
    "the engines take a profile's content over their interface, which nobody here reads from its path",
    "use orchestrator kubernetes, or keep the engine's own filter",
  ),
  metrics: honoured("path of the agent, behind the proxy"),
  stopGraceSeconds: honoured("stop timeout"),
  labels: honoured("labels"),
  dependsOn: honoured("order of the deployment, each healthy before the next"),
  "volumes.size": refused(
    "the engines' local driver has no bound",
    "remove it, or bound the folder by the host's file system",
  ),
  "volumes.driver": honoured("volume driver"),
  "volumes.driverOptions": honoured("options of the volume driver"),
};
