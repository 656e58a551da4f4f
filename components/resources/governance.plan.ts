import { formatCpu, milliCpu, type Problem } from "../core/index.ts";
import type { GovernanceSettings } from "./governance.settings.ts";
import { checkQuota, printBytes, printCpu, type QuotaSums, type WorkloadClaim } from "./quota.plan.ts";
import { checkTenants } from "./tenants.plan.ts";

/** How a workload fares when a host runs short. */
export interface ServiceClass {
  readonly key: string;
  /** Name of its class; `undefined`: its priority decides. */
  readonly name: string | undefined;
  readonly priority: number;
  readonly preempts: boolean;
  /** What Kubernetes makes of its requests and limits. */
  readonly quality: "Guaranteed" | "Burstable";
}

/** What a class is worth that says no priority. */
const CLASS_PRIORITY = 1000;
/** What a workload's own priority is worth beside classes. */
const PRIORITY_VALUES = { high: 100_000, medium: 10_000, low: 1_000 } as const;

/** Every bound of the governance that workloads break. */
export function checkGovernance(
  governance: GovernanceSettings,
  claims: readonly WorkloadClaim[],
  sums: QuotaSums,
): Problem[] {
  return [
    ...checkQuota("topology.governance.quota", governance.quota, sums),
    ...checkTenants(governance.tenants, claims),
    ...claims.flatMap((claim) => checkBounds(governance, claim)),
    ...claims.flatMap((claim) => checkGuarantee(governance, claim)),
    ...Object.keys(governance.classOf)
      .filter((key) => !claims.some((claim) => claim.key === key))
      .map((key) => ({
        path: `topology.governance.classOf.${key}`,
        given: JSON.stringify(key),
        allowed: `workloads of this environment: ${claims.map((claim) => claim.key).join(", ")}`,
        mend: "correct the name, or remove the entry",
      })),
  ];
}

/** Class, priority and quality of every workload, in the order in which they are evicted: the first one first. */
export function planClasses(
  governance: GovernanceSettings,
  claims: readonly (WorkloadClaim & { readonly priority: keyof typeof PRIORITY_VALUES })[],
): ServiceClass[] {
  const classes = claims.map((claim): ServiceClass => {
    const name = governance.classOf[claim.key] ?? governance.defaultClass;
    const named = name === undefined ? undefined : governance.classes[name];
    return {
      key: claim.key,
      name: named && name,
      priority: named ? (named.priority ?? CLASS_PRIORITY) : PRIORITY_VALUES[claim.priority],
      preempts: named ? (named.preempts ?? true) : claim.priority !== "low",
      quality:
        claim.cpuRequest === claim.cpuLimit && claim.memoryRequest === claim.memoryLimit ? "Guaranteed" : "Burstable",
    };
  });
  const rank = ({ quality, priority }: ServiceClass) => priority + (quality === "Guaranteed" ? 0.5 : 0);
  return classes.sort((one, other) => rank(one) - rank(other) || (one.key < other.key ? -1 : 1));
}

/** The bounds of a replica in the words of Kubernetes' LimitRange. */
export function kubernetesBounds({ replicaBounds }: GovernanceSettings): Record<string, Record<string, string>> {
  const rows = [
    { name: "cpu", bounds: replicaBounds.cpu, print: (value: number) => formatCpu(milliCpu(value)) },
    { name: "memory", bounds: replicaBounds.memory, print: printMebibytes },
    { name: "ephemeral-storage", bounds: replicaBounds.ephemeral, print: printMebibytes },
  ];
  const fields = {
    min: "smallest",
    max: "largest",
    defaultRequest: "defaultRequest",
    default: "defaultLimit",
  } as const;
  const amounts = Object.entries(fields).map(([field, setting]) => [
    field,
    Object.fromEntries(
      rows.flatMap(({ name, bounds, print }) => {
        const value = bounds[setting];
        return value === undefined ? [] : [[name, print(Number(value))] as const];
      }),
    ),
  ]);
  const ratios = rows.flatMap(({ name, bounds }) =>
    bounds.limitPerRequest === undefined ? [] : [[name, `${bounds.limitPerRequest}`] as const],
  );
  const all: Record<string, Record<string, string>> = Object.fromEntries([
    ...amounts,
    ["maxLimitRequestRatio", Object.fromEntries(ratios)],
  ]);
  return Object.fromEntries(Object.entries(all).filter(([, values]) => Object.keys(values).length > 0));
}

function checkBounds({ replicaBounds }: GovernanceSettings, claim: WorkloadClaim): Problem[] {
  const rows = [
    {
      name: "cpu",
      bounds: replicaBounds.cpu,
      request: claim.cpuRequest,
      limit: claim.cpuLimit,
      print: printCpu,
    },
    {
      name: "memory",
      bounds: replicaBounds.memory,
      request: claim.memoryRequest,
      limit: claim.memoryLimit,
      print: printBytes,
    },
    {
      name: "ephemeral",
      bounds: replicaBounds.ephemeral,
      request: claim.ephemeralRequest,
      limit: claim.ephemeralLimit,
      print: printBytes,
    },
  ] as const;
  return rows.flatMap(({ name, bounds, request, limit, print }) => {
    const where = name === "ephemeral" ? "topology.workload.resources.ephemeral" : undefined;
    const requestPath = where === undefined ? `${claim.path}.requests.${name}` : `${where}Request`;
    const limitPath = where === undefined ? `${claim.path}.limits.${name}` : `${where}Limit`;
    const setting = `topology.governance.replicaBounds.${name}`;
    const problems: Problem[] = [];
    if (bounds.smallest !== undefined && request !== undefined && request < bounds.smallest) {
      problems.push({
        path: requestPath,
        given: print(request),
        allowed: `at least ${print(Number(bounds.smallest))}, which is ${setting}.smallest`,
        mend: "raise the request or lower the bound",
      });
    }
    if (bounds.largest !== undefined && limit !== undefined && limit > bounds.largest) {
      problems.push({
        path: limitPath,
        given: print(limit),
        allowed: `at most ${print(Number(bounds.largest))}, which is ${setting}.largest`,
        mend: "lower the limit or raise the bound",
      });
    }
    const ratio = request === undefined || limit === undefined || request === 0 ? undefined : limit / request;
    if (bounds.limitPerRequest !== undefined && ratio !== undefined && ratio > bounds.limitPerRequest) {
      problems.push({
        path: limitPath,
        given: print(limit ?? 0),
        allowed: `at most ${bounds.limitPerRequest} times the request of ${print(request ?? 0)} (${setting}.limitPerRequest)`,
        mend: "lower the limit or raise the request",
      });
    }
    return problems;
  });
}

function checkGuarantee({ classes, classOf, defaultClass }: GovernanceSettings, claim: WorkloadClaim): Problem[] {
  const name = classOf[claim.key] ?? defaultClass;
  const guaranteed = name !== undefined && classes[name]?.guaranteed;
  if (!guaranteed) return [];
  const rows = [
    { resource: "cpu", request: printCpu(claim.cpuRequest), limit: printCpu(claim.cpuLimit) },
    {
      resource: "memory",
      request: printBytes(claim.memoryRequest),
      limit: printBytes(claim.memoryLimit),
    },
  ];
  return rows
    .filter(({ request, limit }) => request !== limit)
    .map(({ resource, request, limit }) => ({
      path: `${claim.path}.requests.${resource}`,
      given: request,
      allowed: `limits.${resource}, which is ${limit}: class ${name} is guaranteed`,
      mend: `set requests.${resource} to ${limit}, or choose another class`,
    }));
}

const printMebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)}Mi`;
