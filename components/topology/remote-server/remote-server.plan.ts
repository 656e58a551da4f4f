import {
  checkOrchestratedTurns,
  type OrchestratedTurns,
  planOrchestratedTurns,
  type TurnKeeper,
} from "../../availability/index.ts";
import {
  ConfigurationError,
  identityLabels,
  labelsOf,
  type Problem,
  platformName,
  sortedByName,
} from "../../core/index.ts";
import {
  type AdapterHost,
  type AdapterInput,
  adaptKubernetes,
  adaptStandalone,
  adaptSwarm,
  checkKubernetes,
  checkParity,
  checkSwarm,
  declarations,
  type KubernetesPlan,
  minReadySecondsOf,
  type StandalonePlan,
  type SwarmPlan,
  startupSecondsOf,
  triedReplicas,
  type WorkloadPlan,
  type WorkloadVolumePlan,
} from "../../orchestration/index.ts";
import {
  type AlertRule,
  type BudgetPlan,
  checkBudget,
  checkGovernance,
  checkWastage,
  exclusion,
  kubernetesBounds,
  kubernetesQuota,
  planBudget,
  planClasses,
  planTenants,
  planWastageAlerts,
  type QuotaSums,
  quotaSums,
  type ServiceClass,
  type TenantPlan,
} from "../../resources/index.ts";
import { wastageSubjects } from "./alerts.plan.ts";
import { type CapacityPlan, checkCapacity, claimsOf, planCapacity, scheduleClaimsOf } from "./capacity.plan.ts";
import { type ChosenOrchestrator, chooseOrchestrator, hasProxies, type OrchestratorChoice } from "./choice.plan.ts";
import type { ClientFile } from "./client.file.ts";
import { checkClient, planClientFile } from "./client.plan.ts";
import { planHostNames } from "./host-names.plan.ts";
import { checkRemoteServer } from "./remote-server.checks.ts";
import type { FoundOrchestrators, RemoteServerSettings } from "./remote-server.environment.ts";
import type { RemoteServerTopology } from "./remote-server.settings.ts";
import { checkSchedule } from "./schedule.checks.ts";
import { planWorkloads, planWorkloadVolumes } from "./workloads.plan.ts";

/** Where a registry's password comes from. */
interface RegistryPlan {
  readonly host: string;
  readonly username: string;
  /** Name of the secret with the password. */
  readonly passwordSecret: string;
}

/** A server's environment, decided. */
export interface RemoteServerPlan {
  readonly kind: "remote-server";
  readonly environment: string;
  readonly choice: OrchestratorChoice;
  readonly hosts: readonly AdapterHost[];
  /** Bounds that were checked. */
  readonly governance: Pick<RemoteServerTopology["governance"], "quota" | "replicaBounds" | "tenants">;
  /** Tenants with workloads of their own. */
  readonly tenants: readonly TenantPlan[];
  /** What the hosts cost against the budget; `undefined` where one of the two is missing. */
  readonly budget: BudgetPlan | undefined;
  /** Alerting rules for Prometheus. */
  readonly alerts: readonly AlertRule[];
  /** In start order. */
  readonly workloads: readonly WorkloadPlan[];
  readonly volumes: readonly WorkloadVolumePlan[];
  readonly turns: OrchestratedTurns;
  readonly capacity: CapacityPlan;
  /** What everything claims together, as a quota counts it. */
  readonly sums: QuotaSums;
  /** In the order in which workloads are evicted. */
  readonly classes: readonly ServiceClass[];
  readonly registries: readonly RegistryPlan[];
  /** The orchestrator's own objects. */
  readonly target: StandalonePlan | SwarmPlan | KubernetesPlan;
  readonly client: ClientFile;
}

/**
 * Decides a server's whole environment.
 * Throws a `ConfigurationError` with every problem where settings don't go together or the orchestrator can't keep them.
 */
export function planRemoteServer(
  environment: string,
  written: RemoteServerSettings,
  found: FoundOrchestrators,
): RemoteServerPlan {
  // The order in which containers were written means nothing: dependsOn does.
  const settings = { ...written, containers: sortedByName(written.containers) };
  const { topology } = settings;
  const { choice, settings: orchestrator } = chooseOrchestrator(topology, found);
  const keeper = keeperOf(orchestrator, topology);
  const startupSeconds = startupSecondsOf(settings.agent);
  const turns = planOrchestratedTurns(settings.turns, keeper, startupSeconds);
  const workloads = planWorkloads(environment, settings, turns, {
    mode: orchestrator.kind === "swarm" ? orchestrator.mode : "replicated",
    way: {
      ownProxies: hasProxies(orchestrator) ? 1 : 0,
      hostNames: planHostNames(environment, topology, orchestrator),
    },
    tried: triedBy(orchestrator, settings),
  });
  const volumes = planWorkloadVolumes(environment, settings);
  const hosts = hostsOf(topology);
  const capacity = planCapacity(topology, orchestrator, workloads, volumes);
  const claims = claimsOf(choice.kind, workloads, volumes);
  const sums = quotaSums([...claims, ...scheduleClaimsOf(orchestrator)]);
  const { governance } = topology;
  const tenants = planTenants(governance.tenants, claims);

  const problems = distinct([
    ...checkRemoteServer(settings, orchestrator),
    ...checkSchedule(settings, orchestrator),
    ...checkClient(settings, orchestrator),
    ...checkOrchestratedTurns(settings.turns, keeper, startupSeconds),
    ...checkParity(choice.kind, declarations[choice.kind], workloads, volumes),
    ...(orchestrator.kind === "swarm"
      ? checkSwarm(
          hosts,
          orchestrator,
          workloads,
          hosts.filter((host) => exclusion(host, topology.workload.placement) === undefined).length,
        )
      : []),
    ...(orchestrator.kind === "kubernetes" ? checkKubernetes(orchestrator, workloads) : []),
    ...checkGovernance(governance, claims, sums),
    ...checkBudget(governance, capacity.monthlyCost, tenants),
    ...checkWastage(governance.wastage, choice.kind === "kubernetes"),
    ...checkCapacity(topology, capacity),
  ]);
  if (problems.length > 0) throw new ConfigurationError(environment, problems);

  const classes = planClasses(governance, claims);
  const input: AdapterInput = {
    environment,
    name: platformName("kubernetes", "flame", environment),
    workloads,
    volumes,
    hosts,
    placed: capacity.placement.placed,
    turns,
    endpoint: topology.endpoint,
    registryHosts: Object.keys(sortedByName(topology.registries)),
    labelsOf: (component) => labelsOf({ environment, component }, settings.labels),
    identityOf: (component) => identityLabels({ environment, component }),
  };
  return {
    kind: "remote-server",
    environment,
    choice,
    hosts,
    governance,
    tenants,
    budget: planBudget(governance.budget, capacity.monthlyCost),
    alerts: planWastageAlerts(governance.wastage, wastageSubjects(environment, orchestrator, workloads)),
    workloads,
    volumes,
    turns,
    capacity,
    sums,
    classes,
    registries: Object.entries(sortedByName(topology.registries)).map(([host, { username, password }]) => ({
      host,
      username,
      passwordSecret: password.secret,
    })),
    target: adapt(input, orchestrator, topology, classes),
    client: planClientFile(environment, settings, orchestrator, turns),
  };
}

function adapt(
  input: AdapterInput,
  orchestrator: ChosenOrchestrator,
  { governance }: RemoteServerTopology,
  classes: readonly ServiceClass[],
): RemoteServerPlan["target"] {
  switch (orchestrator.kind) {
    case "standalone":
      return adaptStandalone(input, orchestrator);
    case "swarm":
      return adaptSwarm(input, orchestrator);
    case "kubernetes":
      return adaptKubernetes(input, orchestrator, {
        quota: kubernetesQuota(governance.quota),
        bounds: kubernetesBounds(governance),
        classes: Object.fromEntries(
          classes.map(({ key, name, priority, preempts }) => [
            key,
            name === undefined ? undefined : { name, priority, preempts },
          ]),
        ),
      });
  }
}

/** Replicas of a new version that is tried out beside those that serve. */
function triedBy(orchestrator: ChosenOrchestrator, { topology, scaling }: RemoteServerSettings): number {
  if (orchestrator.kind !== "kubernetes" || topology.workload.update.strategy !== "canary") return 0;
  return triedReplicas(orchestrator, scaling.replicas);
}

function keeperOf(orchestrator: ChosenOrchestrator, { workload }: RemoteServerTopology): TurnKeeper {
  switch (orchestrator.kind) {
    case "standalone":
      return { kind: "standalone" };
    case "swarm":
      return {
        kind: "swarm",
        monitorSeconds: workload.update.monitorSeconds,
        proxied: orchestrator.publish === "proxy",
      };
    case "kubernetes":
      return {
        kind: "kubernetes",
        endpointPropagationSeconds: orchestrator.endpointPropagationSeconds,
        progressDeadlineSeconds: orchestrator.progressDeadlineSeconds,
        scaleDownWindowSeconds: orchestrator.autoscaling.scaleDownWindowSeconds,
        minReadySeconds: minReadySecondsOf(workload.update),
        recreates: workload.update.strategy === "recreate",
        // A Gateway's HTTPRoute times requests; an Ingress' annotations and load balancers time silences.
        boundsAnswers: orchestrator.exposure.kind === "gateway",
      };
  }
}

function hostsOf({ hosts }: RemoteServerTopology): AdapterHost[] {
  // Nobody says who is the manager: the first host is.
  const declared = hosts.some(({ role }) => role === "manager");
  return hosts.map(({ name, address, role, labels, taints, connection }, index) => ({
    name,
    address,
    role: role ?? (!declared && index === 0 ? "manager" : "worker"),
    labels: sortedByName(labels),
    taints,
    engineAddress:
      connection.kind === "ssh"
        ? `ssh://${connection.user}@${address}:${connection.port}`
        : `unix://${connection.path}`,
  }));
}

/** What two checks say of one setting is told once. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.path} ${problem.allowed}`, problem])).values()];
}
