import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CanaryAction,
  type CanaryPlan,
  canaryReplicasFor,
  type FoundCanary,
  type FoundDeployment,
  planCanaryReturn,
  planCanaryRollout,
  titleOfCanary,
} from "./canary.rollout.plan.ts";

const byReplicas: CanaryPlan = {
  revision: "new",
  specification: "as-wanted",
  names: { stable: "agent-stable", canary: "agent-canary", route: undefined },
  room: { by: "replicas", min: 4, max: 4 },
  steps: [
    { weightPercent: 25, pauseSeconds: 300 },
    { weightPercent: 50, pauseSeconds: 600 },
  ],
  source: { kind: "prometheus", url: "http://prometheus:9090", failures: "f", total: "t", latency: undefined },
  bounds: { failurePercentMax: 1, samplesMin: 20, latency: undefined },
  selector: { "blueprint.track": "canary" },
  metrics: { port: 4111, path: "/metrics", token: undefined },
  readySeconds: 365,
  drainSeconds: 200,
};
const byRoute: CanaryPlan = {
  ...byReplicas,
  names: { ...byReplicas.names, route: "agent" },
  room: { by: "route", min: 2, max: 8 },
};

const deployment = (changes: Partial<FoundDeployment> = {}): FoundDeployment => ({
  revision: "old",
  specification: "before",
  replicas: 4,
  settled: true,
  ...changes,
});
const WAITING = deployment({ revision: "new", replicas: 0 });
const found = (changes: Partial<FoundCanary> = {}): FoundCanary => ({
  stable: deployment(),
  canary: WAITING,
  weight: undefined,
  ...changes,
});

function told(plan: CanaryPlan, actions: readonly CanaryAction[]): string[] {
  return actions.map((action) => titleOfCanary(plan, action).replace(/(, or more| \()[^%]*$/, ""));
}

describe("a rollout by replicas", () => {
  it("tries the new version step by step in the old one's place, then gives it to all", () => {
    const rollout = planCanaryRollout(byReplicas, found());
    expect(rollout.kind === "try" && told(byReplicas, rollout.actions)).toEqual([
      "scale agent-canary to 1",
      "scale agent-stable to 3",
      "watch the new version at 25 % for 300 s",
      "scale agent-canary to 2",
      "scale agent-stable to 2",
      "watch the new version at 50 % for 600 s",
      "bring agent-stable to version new",
      "scale agent-stable to 4",
      "scale agent-canary to 0",
    ]);
  });

  it("begins anew where an earlier one broke off", () => {
    const broken = { stable: deployment({ replicas: 2 }), canary: deployment({ revision: "new", replicas: 2 }) };
    const rollout = planCanaryRollout(byReplicas, found(broken));
    expect(rollout.kind === "try" && told(byReplicas, rollout.actions).slice(0, 3)).toEqual([
      "scale agent-stable to 4",
      "scale agent-canary to 0",
      "scale agent-canary to 1",
    ]);
  });

  it("never has fewer replicas than serve without it, and never gives more than was asked for", () => {
    const steps = fc.uniqueArray(fc.integer({ min: 25, max: 99 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 4, max: 20 }), (weights, count) => {
        const plan: CanaryPlan = {
          ...byReplicas,
          room: { by: "replicas", min: count, max: count },
          steps: weights.toSorted((a, b) => a - b).map((weightPercent) => ({ weightPercent, pauseSeconds: 1 })),
        };
        const rollout = planCanaryRollout(plan, found({ stable: deployment({ replicas: count }) }));
        const now = { stable: count, canary: 0 };
        for (const action of rollout.kind === "try" ? rollout.actions : []) {
          if (action.kind === "watch") {
            expect(now.canary / (now.stable + now.canary)).toBeLessThanOrEqual(action.step.weightPercent / 100);
          }
          if (action.kind === "provide") now.canary = action.step.canaryReplicas;
          if (action.kind === "scale") now[action.track] = action.replicas;
          expect(now.stable + now.canary).toBeGreaterThanOrEqual(count);
        }
        expect(now).toEqual({ stable: count, canary: 0 });
      }),
    );
  });
});

describe("a rollout by a route", () => {
  it("gives the new version a weight, and replicas for it beside those that the autoscaler keeps", () => {
    const rollout = planCanaryRollout(byRoute, found({ weight: 0 }));
    expect(rollout.kind === "try" && told(byRoute, rollout.actions)).toEqual([
      "scale agent-canary to 1",
      "give the new version 25 % of the requests",
      "watch the new version at 25 % for 300 s",
      "scale agent-canary to 2",
      "give the new version 50 % of the requests",
      "watch the new version at 50 % for 600 s",
      "bring agent-stable to version new",
      "give the new version 0 % of the requests",
      "scale agent-canary to 0",
    ]);
  });

  it.each([
    { stable: 1, canary: 1 },
    { stable: 4, canary: 1 },
    { stable: 8, canary: 2 },
  ])("keeps pace with the autoscaler: $canary beside $stable", ({ stable, canary }) => {
    const step = { weightPercent: 25, reachedPercent: 25, stableReplicas: 2, canaryReplicas: 1, weights: undefined };
    expect(canaryReplicasFor(byRoute, step, stable)).toBe(canary);
  });

  it("that fails takes the requests away before the pods", () => {
    expect(told(byRoute, planCanaryReturn(byRoute, found(), found()))).toEqual([
      "give the new version 0 % of the requests",
      "scale agent-canary to 0",
    ]);
    expect(told(byReplicas, planCanaryReturn(byReplicas, found(), undefined))).toEqual([
      "scale agent-stable to 4",
      "scale agent-canary to 0",
    ]);
  });
});

it.each([
  { why: "this rollout has given it the new one", before: "old", now: "new", back: true },
  { why: "nothing has reached it", before: "old", now: "old", back: false },
  { why: "it had the new one before", before: "new", now: "new", back: false },
])("a stable Deployment gets its old version back only where $why", ({ before, now, back }) => {
  const stable = (revision: string) => ({ stable: deployment({ revision }) });
  const actions = planCanaryReturn(byReplicas, stable(before), stable(now));
  expect(actions.some(({ kind }) => kind === "take-back")).toBe(back);
});

describe("a version that serves already", () => {
  const serving = deployment({ revision: "new", specification: "as-wanted" });
  it.each([
    { why: "nothing is left to do", stable: serving, canary: WAITING, actions: [] },
    {
      why: "an earlier rollout broke off after its promotion",
      stable: { ...serving, replicas: 2 },
      canary: deployment({ revision: "new", replicas: 2 }),
      actions: ["scale agent-stable to 4", "scale agent-canary to 0"],
    },
    {
      why: "an earlier rollout broke off in its promotion",
      stable: { ...serving, settled: false },
      canary: WAITING,
      actions: ["bring agent-stable to version new"],
    },
    {
      why: "something else than the version has changed",
      stable: { ...serving, specification: "other" },
      canary: WAITING,
      actions: ["bring agent-stable to version new"],
    },
  ])("isn't tried again: $why", ({ stable, canary, actions }) => {
    const rollout = planCanaryRollout(byReplicas, found({ stable, canary }));
    expect(rollout.kind === "settle" && told(byReplicas, rollout.actions)).toEqual(actions);
  });
});

describe("a cluster that can't be rolled out on", () => {
  it.each([
    { plan: byReplicas, changes: { stable: undefined }, found: /no agent-stable/ },
    { plan: byReplicas, changes: { stable: undefined, canary: undefined }, found: /agent-stable and no agent-canary/ },
    { plan: byRoute, changes: {}, found: /no route agent/ },
    { plan: byReplicas, changes: { canary: deployment({ replicas: 0 }) }, found: /has version old, .* says new/ },
    { plan: byReplicas, changes: { canary: deployment({ revision: undefined }) }, found: /has version unknown/ },
  ])("is refused: $found", ({ plan, changes, found: expected }) => {
    expect(planCanaryRollout(plan, found(changes))).toMatchObject({
      kind: "refused",
      found: expect.stringMatching(expected),
    });
  });
});
