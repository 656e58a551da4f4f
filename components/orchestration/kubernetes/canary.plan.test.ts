import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CanaryRoom, canaryReplicasMax, checkCanary, planCanary } from "./canary.plan.ts";
import { CanarySettings } from "./canary.settings.ts";

const settings = (...weights: number[]) => weights.map((weightPercent) => ({ weightPercent }));
const replicas = (min: number, max: number): CanaryRoom => ({ by: "replicas", min, max });
const route = (min: number, max: number): CanaryRoom => ({ by: "route", min, max });

describe("a canary's steps", () => {
  it.each([
    { why: "one of four", weights: [25], room: replicas(2, 4), split: [[3, 1, 25]] },
    { why: "the fewest replicas that come nearest", weights: [50], room: replicas(2, 8), split: [[1, 1, 50]] },
    { why: "never more than was asked for", weights: [40], room: replicas(2, 4), split: [[2, 1, 100 / 3]] },
    {
      why: "one step after another",
      weights: [10, 50],
      room: replicas(2, 10),
      split: [
        [9, 1, 10],
        [1, 1, 50],
      ],
    },
    {
      why: "the very weights where a route shares out, on top of all that serve",
      weights: [1, 50],
      room: route(4, 8),
      split: [
        [4, 1, 1],
        [4, 2, 50],
      ],
    },
  ])("are $why", ({ weights, room, split }) => {
    expect(checkCanary(settings(...weights), room)).toEqual([]);
    const steps = planCanary(settings(...weights), room);
    expect(steps.map((step) => [step.stableReplicas, step.canaryReplicas, step.reachedPercent])).toEqual(split);
    expect(steps.map((step) => step.weights?.canary)).toEqual(
      room.by === "route" ? weights : weights.map(() => undefined),
    );
  });

  it.each([
    {
      weights: [10],
      room: replicas(2, 4),
      allowed: /at least 25: 10 % of at most 4 replicas is 0.4 of one/,
      mend: /scaling.replicas to 10/,
    },
    {
      weights: [50],
      room: replicas(1, 1),
      allowed: /at least 100: 50 % of at most 1/,
      mend: /scaling.replicas to 2 .*gateway/,
    },
    { weights: [30, 32], room: replicas(2, 4), allowed: /both come to 25 % of at most 4/, mend: /remove one/ },
  ])("that $room.max replicas can't reach are refused: $weights", ({ weights, room, allowed, mend }) => {
    expect(checkCanary(settings(...weights), room)).toMatchObject([
      { allowed: expect.stringMatching(allowed), mend: expect.stringMatching(mend) },
    ]);
  });

  it("never give the new version more than was asked for, nor run more replicas than there may be", () => {
    const rooms = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), rooms, (weight, [min, more]) => {
        const room = replicas(min, min + more);
        const steps = planCanary(settings(weight), room);
        expect(steps.length + checkCanary(settings(weight), room).length).toBe(1);
        for (const { reachedPercent, stableReplicas, canaryReplicas } of steps) {
          expect(reachedPercent).toBeLessThanOrEqual(weight);
          expect(stableReplicas).toBeGreaterThanOrEqual(1);
          expect(stableReplicas + canaryReplicas).toBeLessThanOrEqual(room.max);
          expect(stableReplicas + canaryReplicas).toBeGreaterThanOrEqual(room.min);
        }
      }),
    );
  });

  it.each([
    { room: replicas(8, 8), most: 4 },
    { room: route(2, 8), most: 4 },
    { room: route(1, 1), most: 1 },
  ])("need at most $most replicas more in $room", ({ room, most }) => {
    expect(canaryReplicasMax(settings(25, 50), room)).toBe(most);
  });

  it("rise", () => {
    expect(
      CanarySettings.safeParse({ steps: [{ weightPercent: 50 }, { weightPercent: 50 }] }).error?.issues,
    ).toMatchObject([{ path: ["steps", 1, "weightPercent"] }]);
  });
});
