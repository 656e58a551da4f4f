import type { MilliCpu } from "../core/index.ts";

/** A host with what is left of it for workloads. */
export interface PlacementHost {
  readonly name: string;
  readonly cpu: MilliCpu;
  readonly memoryMiB: number;
  readonly diskMiB: number;
  readonly gpus: number;
  /** What the limits of its replicas may add up to. */
  readonly cpuLimit: MilliCpu;
  readonly memoryLimitMiB: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

interface Expression {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  readonly values: readonly string[];
}

/** Replicas of one workload that must find a place. */
export interface PlacementItem {
  readonly key: string;
  /** Replicas at once, those of an update among them. */
  readonly count: number;
  /** Of each replica. */
  readonly cpu: MilliCpu;
  readonly memoryMiB: number;
  readonly diskMiB: number;
  readonly gpus: number;
  readonly cpuLimit: MilliCpu;
  readonly memoryLimitMiB: number;
  readonly require: readonly Expression[];
  readonly prefer: readonly (Expression & { readonly weight: number })[];
  readonly spreadOver: readonly string[];
  readonly apart: "required" | "preferred" | "off";
  readonly tolerations: readonly {
    readonly key?: string | undefined;
    readonly operator: "Equal" | "Exists";
    readonly value?: string | undefined;
    readonly effect?: string | undefined;
  }[];
}

/** Where replicas go, and which find no place. */
export interface Placement {
  readonly placed: readonly { readonly key: string; readonly index: number; readonly host: string }[];
  readonly unplaced: readonly { readonly key: string; readonly count: number; readonly because: readonly string[] }[];
  readonly hosts: readonly HostLoad[];
}

/** What of a host is taken. */
interface HostLoad {
  readonly name: string;
  readonly replicas: number;
  readonly cpu: Share;
  readonly memoryMiB: Share;
  readonly diskMiB: Share;
  readonly gpus: Share;
  /** Limits, against what `governance.overcommit` lets them add up to. */
  readonly cpuLimit: Share;
  readonly memoryLimitMiB: Share;
}

interface Share {
  readonly requested: number;
  readonly available: number;
}

/** A host while it is being filled. */
interface Filling {
  readonly host: PlacementHost;
  replicas: number;
  readonly used: Record<Amount, number>;
  /** Replicas by workload. */
  readonly own: Map<string, number>;
}

const AMOUNTS = ["cpu", "memoryMiB", "diskMiB", "gpus", "cpuLimit", "memoryLimitMiB"] as const;
type Amount = (typeof AMOUNTS)[number];

const IN_WORDS: Readonly<Record<Amount, string>> = {
  cpu: "CPU for another request",
  memoryMiB: "memory for another request",
  diskMiB: "disk space",
  gpus: "GPU",
  cpuLimit: "CPU for another limit (governance.overcommit.cpu)",
  memoryLimitMiB: "memory for another limit (governance.overcommit.memory)",
};

/** Places the largest replicas first, each on the first host that has room and keeps the spread most even. */
export function placeWorkloads(hosts: readonly PlacementHost[], items: readonly PlacementItem[]): Placement {
  const fillings = hosts.map(
    (host): Filling => ({
      host,
      replicas: 0,
      used: { cpu: 0, memoryMiB: 0, diskMiB: 0, gpus: 0, cpuLimit: 0, memoryLimitMiB: 0 },
      own: new Map(),
    }),
  );
  const whole = Object.fromEntries(AMOUNTS.map((amount) => [amount, Math.max(1, ...hosts.map((one) => one[amount]))]));
  const size = (item: PlacementItem) => Math.max(...AMOUNTS.map((amount) => item[amount] / (whole[amount] ?? 1)));
  const order = [...items].sort((one, other) => size(other) - size(one) || (one.key < other.key ? -1 : 1));

  const placed: { key: string; index: number; host: string }[] = [];
  const unplaced: { key: string; count: number; because: readonly string[] }[] = [];
  for (const item of order) {
    const eligible = fillings.filter(({ host }) => exclusion(host, item) === undefined);
    for (let index = 0; index < item.count; index++) {
      const chosen = choose(eligible, item);
      if (!chosen) {
        unplaced.push({ key: item.key, count: item.count - index, because: reasons(fillings, eligible, item) });
        break;
      }
      for (const amount of AMOUNTS) chosen.used[amount] += item[amount];
      chosen.replicas += 1;
      chosen.own.set(item.key, (chosen.own.get(item.key) ?? 0) + 1);
      placed.push({ key: item.key, index, host: chosen.host.name });
    }
  }
  return { placed, unplaced, hosts: fillings.map(loadOf) };
}

/** Whether a host's labels are as an expression wants them. */
export function matches(labels: Readonly<Record<string, string>>, { key, operator, values }: Expression): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

/** Why a host is out of the question for a workload, whatever room it has. */
export function exclusion(
  host: Pick<PlacementHost, "labels" | "taints">,
  item: Pick<PlacementItem, "require" | "tolerations" | "spreadOver">,
): string | undefined {
  const unmet = item.require.find((expression) => !matches(host.labels, expression));
  if (unmet) return `its labels aren't ${[unmet.key, unmet.operator, ...unmet.values].join(" ")}`;
  const taint = host.taints.find(
    (one) => one.effect !== "PreferNoSchedule" && !item.tolerations.some((toleration) => tolerates(toleration, one)),
  );
  if (taint) return `taint ${taint.key}=${taint.value}:${taint.effect} isn't tolerated`;
  const missing = item.spreadOver.find((label) => host.labels[label] === undefined);
  return missing === undefined ? undefined : `it has no label ${missing} to spread over`;
}

function tolerates(toleration: PlacementItem["tolerations"][number], taint: PlacementHost["taints"][number]): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined) return true;
  return toleration.key === taint.key && (toleration.operator === "Exists" || toleration.value === taint.value);
}

function choose(eligible: readonly Filling[], item: PlacementItem): Filling | undefined {
  let best: { filling: Filling; rank: readonly number[] } | undefined;
  const domains = item.spreadOver.map((label) => domainCounts(eligible, label, item.key));
  for (const filling of eligible) {
    const own = filling.own.get(item.key) ?? 0;
    if (item.apart === "required" && own > 0) continue;
    if (AMOUNTS.some((amount) => filling.used[amount] + item[amount] > filling.host[amount])) continue;
    // One replica more than in the emptiest domain is as uneven as it may get.
    const inDomain = domains.map(({ counts, fewest }, index) => {
      const value = filling.host.labels[item.spreadOver[index] ?? ""] ?? "";
      return (counts.get(value) ?? 0) - fewest;
    });
    if (inDomain.some((above) => above > 0)) continue;
    const unwanted = filling.host.taints.some(({ effect }) => effect === "PreferNoSchedule") ? 1 : 0;
    const wished = item.prefer.reduce((sum, wish) => sum + (matches(filling.host.labels, wish) ? wish.weight : 0), 0);
    const rank = [item.apart === "off" ? 0 : own, unwanted, -wished];
    if (!best || isBefore(rank, best.rank)) best = { filling, rank };
  }
  return best?.filling;
}

function domainCounts(eligible: readonly Filling[], label: string, key: string) {
  const counts = new Map<string, number>();
  for (const { host, own } of eligible) {
    const value = host.labels[label] ?? "";
    counts.set(value, (counts.get(value) ?? 0) + (own.get(key) ?? 0));
  }
  return { counts, fewest: Math.min(...counts.values()) };
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const index = one.findIndex((value, at) => value !== other[at]);
  return index >= 0 && (one[index] ?? 0) < (other[index] ?? 0);
}

function reasons(all: readonly Filling[], eligible: readonly Filling[], item: PlacementItem): string[] {
  return all.map((filling) => {
    const excluded = exclusion(filling.host, item);
    if (excluded !== undefined) return `${filling.host.name}: ${excluded}`;
    const short = AMOUNTS.find((amount) => filling.used[amount] + item[amount] > filling.host[amount]);
    if (short) return `${filling.host.name}: no ${IN_WORDS[short]}`;
    if (item.apart === "required") return `${filling.host.name}: has a replica already (placement.apart is required)`;
    const full = eligible.length === all.length ? "" : " among the hosts it may use";
    return `${filling.host.name}: another one there would be uneven over ${item.spreadOver.join(", ")}${full}`;
  });
}

function loadOf({ host, used, replicas }: Filling): HostLoad {
  const share = (amount: Amount) => ({ requested: used[amount], available: host[amount] });
  return {
    name: host.name,
    replicas,
    cpu: share("cpu"),
    memoryMiB: share("memoryMiB"),
    diskMiB: share("diskMiB"),
    gpus: share("gpus"),
    cpuLimit: share("cpuLimit"),
    memoryLimitMiB: share("memoryLimitMiB"),
  };
}
