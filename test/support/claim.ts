import { mebibytes, milliCpu } from "../../components/core/index.ts";
import type { WorkloadClaim } from "../../components/resources/index.ts";

/** What a usual workload of one replica claims. */
export function workloadClaim(key: string, changes: Partial<WorkloadClaim> = {}): WorkloadClaim {
  return {
    key,
    path: `containers.${key}.resources`,
    replicas: 1,
    cpuRequest: milliCpu(250),
    cpuLimit: milliCpu(2000),
    memoryRequest: mebibytes(512),
    memoryLimit: mebibytes(1024),
    ephemeralRequest: undefined,
    ephemeralLimit: undefined,
    gpus: 0,
    storage: mebibytes(0),
    ...changes,
  };
}
