import { kubernetesNamespace, type WorkloadPlan } from "../../orchestration/index.ts";
import type { WastageSubject } from "../../resources/index.ts";
import type { ChosenOrchestrator } from "./choice.plan.ts";

/** Each workload with the labels by which cAdvisor and the kubelet know it on its orchestrator. */
export function wastageSubjects(
  environment: string,
  orchestrator: ChosenOrchestrator,
  workloads: readonly WorkloadPlan[],
): WastageSubject[] {
  const namespace = orchestrator.kind === "kubernetes" ? kubernetesNamespace(environment, orchestrator) : undefined;
  return workloads.map((workload) => ({
    key: workload.key,
    cpuRequest: workload.resources.cpuRequest,
    memoryRequest: workload.resources.memoryRequest,
    containers:
      namespace === undefined
        ? containerMatcher(orchestrator.kind, workload)
        : `namespace="${namespace}",container="${workload.key}"`,
    volumes: namespace === undefined ? undefined : volumeMatcher(namespace, workload),
  }));
}

/** Docker's names of a service's tasks begin with the service's; a standalone replica's have a number and a revision. */
function containerMatcher(kind: ChosenOrchestrator["kind"], { name }: WorkloadPlan): string {
  return kind === "swarm" ? `container_label_com_docker_swarm_service_name="${name}"` : `name=~"${name}(-[0-9a-f-]+)?"`;
}

function volumeMatcher(namespace: string, { mounts }: WorkloadPlan): string | undefined {
  const claims = mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []));
  return claims.length === 0 ? undefined : `namespace="${namespace}",persistentvolumeclaim=~"${claims.join("|")}"`;
}
