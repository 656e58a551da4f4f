import { type Bytes, type MilliCpu, type Problem, toCores } from "../core/index.ts";
import type { Wastage } from "./wastage.settings.ts";

/** Whose use is compared with what it asked for, in the words of its metrics. */
export interface WastageSubject {
  readonly key: string;
  readonly cpuRequest: MilliCpu;
  readonly memoryRequest: Bytes;
  /** Label matchers of its containers among cAdvisor's metrics. */
  readonly containers: string;
  /** Label matchers of its volumes among the kubelet's metrics; `undefined` where nobody measures volumes. */
  readonly volumes: string | undefined;
}

/** An alerting rule of Prometheus. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** One alert for each rule and workload. Metrics: cAdvisor's, and the kubelet's for volumes. */
export function planWastageAlerts({ rules, severity }: Wastage, subjects: readonly WastageSubject[]): AlertRule[] {
  return rules.flatMap((rule) =>
    subjects.flatMap((subject) => {
      const use = shareUsed(rule.resource, subject);
      if (use === undefined) return [];
      return [
        {
          alert: `FlameWasted${rule.resource[0]?.toUpperCase()}${rule.resource.slice(1)}`,
          expr: `100 * ${use} < ${rule.belowPercent}`,
          for: `${rule.forMinutes}m`,
          labels: { severity, workload: subject.key, resource: rule.resource },
          annotations: {
            summary: `${subject.key} uses less than ${rule.belowPercent} % of the ${rule.resource} that it asks for`,
            description: `For ${rule.forMinutes} minutes now {{ $value | printf "%.1f" }} % is used: ${MEND[rule.resource]}.`,
          },
        },
      ];
    }),
  );
}

/** Rules about volumes where nobody measures them. */
export function checkWastage({ rules }: Wastage, measuresVolumes: boolean): Problem[] {
  return rules.flatMap(({ resource }, index) =>
    resource !== "storage" || measuresVolumes
      ? []
      : [
          {
            path: `topology.governance.wastage.rules.${index}.resource`,
            given: '"storage"',
            allowed: "cpu or memory: outside Kubernetes nobody measures how full a volume is",
            mend: "choose cpu or memory, or watch the host's disk",
          },
        ],
  );
}

const MEND = {
  cpu: "lower requests.cpu, or the number of replicas",
  memory: "lower requests.memory, or the number of replicas",
  storage: "make the next volume smaller (topology.workload.storage.size)",
} as const;

function shareUsed(resource: Wastage["rules"][number]["resource"], subject: WastageSubject): string | undefined {
  const { containers, volumes, cpuRequest, memoryRequest } = subject;
  switch (resource) {
    case "cpu":
      return `avg(rate(container_cpu_usage_seconds_total{${containers}}[5m])) / ${toCores(cpuRequest)}`;
    case "memory":
      return `avg(container_memory_working_set_bytes{${containers}}) / ${Number(memoryRequest)}`;
    case "storage":
      return (
        volumes && `max(kubelet_volume_stats_used_bytes{${volumes}} / kubelet_volume_stats_capacity_bytes{${volumes}})`
      );
  }
}
