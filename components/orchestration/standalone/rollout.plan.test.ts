import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adapterInput, workloadPlan } from "../../../test/support/workload.ts";
import type { WorkloadPlan } from "../workload.plan.ts";
import { type FoundContainer, type FoundHost, planReturn, planRollout, type RolloutAction } from "./rollout.plan.ts";
import { adaptStandalone, REVISION_LABEL } from "./standalone.adapter.ts";
import type { StandaloneHostPlan } from "./standalone.plan.ts";
import { StandaloneSettings } from "./standalone.settings.ts";

const PACE = { monitorSeconds: 30, noticeSeconds: 7, onFailure: "rollback" } as const;
const NOTHING: FoundHost = { hasNetwork: false, volumes: [], containers: [] };

/** One host's plan with so many agents of a version. */
function hostPlan(version: string, count: number, update: Partial<WorkloadPlan["update"]> = {}): StandaloneHostPlan {
  const agent = workloadPlan({
    replicas: { mode: "replicated", min: count, max: count },
    environment: { VERSION: version },
  });
  const workload = { ...agent, update: { ...agent.update, ...update } };
  const settings = StandaloneSettings.parse({ kind: "standalone" });
  const [host] = adaptStandalone(adapterInput("standalone", [workload], []), settings).hosts;
  if (!host) throw new Error("the plan has a host");
  return host;
}

/** A host on which a plan has been carried out. */
function running(plan: StandaloneHostPlan): FoundHost {
  return {
    hasNetwork: true,
    volumes: plan.volumes.map(({ name }) => name),
    containers: plan.containers.map(({ name, key, labels, stopGraceSeconds }) => ({
      name,
      key,
      revision: labels[REVISION_LABEL],
      running: true,
      stopGraceSeconds,
    })),
  };
}

const kinds = (plan: StandaloneHostPlan, found: FoundHost) =>
  planRollout(plan, found, PACE).map(({ action }) => action.kind);

/** What an engine would make of an action. */
function carryOut(plan: StandaloneHostPlan, host: readonly FoundContainer[], action: RolloutAction): FoundContainer[] {
  const named = (names: readonly string[]) => (one: FoundContainer) => names.includes(one.name);
  switch (action.kind) {
    case "start": {
      const made = running(plan).containers.filter(named(action.containers));
      expect(host.filter(named(action.containers))).toEqual([]);
      return [...host, ...made];
    }
    case "start-again":
      return host.map((one) => (named(action.containers)(one) ? { ...one, running: true } : one));
    case "stop":
      return host.map((one) =>
        action.containers.some(({ name }) => name === one.name) ? { ...one, running: false } : one,
      );
    case "rename":
      return host.map((one) => (one.name === action.container ? { ...one, name: action.as } : one));
    case "remove":
      return host.filter((one) => !named(action.containers)(one));
    default:
      return [...host];
  }
}

const sorted = (containers: readonly FoundContainer[]) =>
  containers.toSorted((one, other) => (one.name < other.name ? -1 : 1));

const update = fc.record({
  strategy: fc.constantFrom("rolling" as const, "blue-green" as const),
  parallelism: fc.integer({ min: 1, max: 4 }),
});
const counts = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));
const versions = fc.constantFrom(["1", "1"] as const, ["1", "2"] as const);

describe("a rollout", () => {
  it.each([
    { why: "an empty host", from: undefined, to: hostPlan("1", 2), steps: ["make-network", "start", "start", "start"] },
    { why: "the same version", from: hostPlan("1", 2), to: hostPlan("1", 2), steps: [] },
    {
      why: "a new version, one after the other",
      from: hostPlan("1", 2),
      to: hostPlan("2", 2),
      steps: ["try", "start", "wait", "stop", "start", "wait", "stop", "remove"],
    },
    {
      why: "a new version, all at once",
      from: hostPlan("1", 2),
      to: hostPlan("2", 2, { strategy: "blue-green" }),
      steps: ["try", "start", "wait", "stop", "remove"],
    },
    { why: "fewer of the same", from: hostPlan("1", 3), to: hostPlan("1", 1), steps: ["stop", "remove"] },
    { why: "more of the same", from: hostPlan("1", 1), to: hostPlan("1", 2), steps: ["start"] },
    {
      why: "what makes room for its successor",
      from: hostPlan("1", 1, { strategy: "recreate" }),
      to: hostPlan("2", 1, { strategy: "recreate" }),
      steps: ["stop", "rename", "start", "remove"],
    },
  ])("of $why takes $steps", ({ from, to, steps }) => {
    expect(kinds(to, from ? running(from) : NOTHING)).toEqual(steps);
  });

  it("starts again what stands still, and removes what broke off before", () => {
    const plan = hostPlan("1", 1);
    const found = running(plan);
    const rest = { ...found, containers: found.containers.map((one) => ({ ...one, running: false })) };
    expect(kinds(plan, rest)).toEqual(["start-again", "start-again"]);
    const [agent] = found.containers;
    const broken = {
      ...found,
      containers: [...found.containers, ...(agent ? [{ ...agent, name: `${agent.name}-trial` }] : [])],
    };
    expect(kinds(plan, broken)).toEqual(["remove"]);
  });

  it("changes no proxy when the number of agents changes", () => {
    const proxy = (count: number) => hostPlan("1", count).containers.find(({ key }) => key === "proxy");
    fc.assert(
      fc.property(counts, ([one, other]) => {
        expect(proxy(one)).toEqual(proxy(other));
      }),
    );
  });

  it("ends with exactly what is wanted, with an agent that serves at every moment", () => {
    fc.assert(
      fc.property(versions, counts, update, ([old, young], [before, after], how) => {
        const from = running(hostPlan(old, before, how));
        const to = hostPlan(young, after, how);
        const end = planRollout(to, from, PACE).reduce<readonly FoundContainer[]>((host, { action }) => {
          const next = carryOut(to, host, action);
          expect(next.some((one) => one.key === "agent" && one.running)).toBe(true);
          return next;
        }, from.containers);
        expect(sorted(end)).toEqual(sorted(running(to).containers));
      }),
    );
  });

  it("never runs more at once than the hosts' capacity was checked for: twice the larger number", () => {
    fc.assert(
      fc.property(versions, counts, update, ([old, young], [before, after], how) => {
        const from = running(hostPlan(old, before, how));
        const to = hostPlan(young, after, how);
        planRollout(to, from, PACE).reduce<readonly FoundContainer[]>((host, { action }) => {
          const next = carryOut(to, host, action);
          const agents = next.filter((one) => one.key === "agent" && one.running).length;
          const tried = action.kind === "try" ? 1 : 0;
          expect(agents + tried).toBeLessThanOrEqual(Math.max(before, after) * 2);
          return next;
        }, from.containers);
      }),
    );
  });

  it("can be taken back from wherever it fails, to what ran before", () => {
    fc.assert(
      fc.property(versions, counts, update, fc.nat(), ([old, young], [before, after], how, at) => {
        const from = running(hostPlan(old, before, how));
        const to = hostPlan(young, after, how);
        const steps = planRollout(to, from, PACE);
        // What is removed at the end is gone for good: until then all comes back.
        const done = steps.slice(0, steps.length < 2 ? 0 : at % (steps.length - 1));
        const there = done.reduce<readonly FoundContainer[]>(
          (host, { action }) => carryOut(to, host, action),
          from.containers,
        );
        const back = planReturn(done).reduce<readonly FoundContainer[]>((host, action) => {
          const next = carryOut(to, host, action);
          expect(next.some((one) => one.key === "agent" && one.running)).toBe(true);
          return next;
        }, there);
        expect(sorted(back)).toEqual(sorted(from.containers));
      }),
    );
  });
});
