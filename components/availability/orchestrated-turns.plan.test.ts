import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOrchestratedTurns, planOrchestratedTurns, type TurnKeeper } from "./orchestrated-turns.plan.ts";
import { TurnSettings } from "./turns.settings.ts";

const STARTUP_SECONDS = 65;
const STANDALONE = { kind: "standalone" } as const;
const swarm = (monitorSeconds?: number, proxied = false) => ({ kind: "swarm", monitorSeconds, proxied }) as const;
const kubernetes = (changes: Partial<Extract<TurnKeeper, { kind: "kubernetes" }>> = {}) => ({
  kind: "kubernetes" as const,
  endpointPropagationSeconds: 10,
  progressDeadlineSeconds: undefined,
  scaleDownWindowSeconds: undefined,
  minReadySeconds: 0,
  recreates: false,
  boundsAnswers: false,
  ...changes,
});
const planOf = (keeper: TurnKeeper, turns: unknown = {}) =>
  planOrchestratedTurns(TurnSettings.parse(turns), keeper, STARTUP_SECONDS);
const problemsOf = (keeper: TurnKeeper, turns: unknown = {}) =>
  checkOrchestratedTurns(TurnSettings.parse(turns), keeper, STARTUP_SECONDS);

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const anyTurns = fc.record(
  {
    maxSeconds: fc.integer({ min: 5, max: 3600 }),
    drainMarginSeconds: fc.integer({ min: 1, max: 120 }),
    heartbeatSeconds: fc.integer({ min: 1, max: 300 }),
    stopGraceSeconds: fc.integer({ min: 1, max: 7200 }),
  },
  { requiredKeys: [] },
);
const anyKeeper: fc.Arbitrary<TurnKeeper> = fc.oneof(
  fc.constant(STANDALONE),
  fc
    .tuple(optional(fc.integer({ min: 1, max: 3600 })), fc.boolean())
    .map(([seconds, proxied]) => swarm(seconds, proxied)),
  fc
    .record({
      endpointPropagationSeconds: fc.integer({ min: 1, max: 120 }),
      progressDeadlineSeconds: optional(fc.integer({ min: 30, max: 7200 })),
      scaleDownWindowSeconds: optional(fc.integer({ min: 0, max: 3600 })),
      minReadySeconds: fc.integer({ min: 0, max: 3600 }),
      recreates: fc.boolean(),
      boundsAnswers: fc.boolean(),
    })
    .map(kubernetes),
);

describe("a server's chain of timeouts", () => {
  it.each([
    {
      keeper: STANDALONE,
      chain: { drainSeconds: 185, stopGraceSeconds: 190, proxyTimeoutSeconds: 185, unitStopSeconds: 200 },
    },
    { keeper: swarm(), chain: { stopGraceSeconds: 190, monitorSeconds: STARTUP_SECONDS, unitStopSeconds: undefined } },
    {
      keeper: kubernetes(),
      chain: {
        preStopSeconds: 10,
        stopGraceSeconds: 200,
        progressDeadlineSeconds: STARTUP_SECONDS + 300,
        scaleDownWindowSeconds: 300,
      },
    },
    { keeper: kubernetes({ recreates: true }), chain: { progressDeadlineSeconds: STARTUP_SECONDS + 200 + 300 } },
    { keeper: kubernetes({ minReadySeconds: 30 }), chain: { progressDeadlineSeconds: STARTUP_SECONDS + 30 + 300 } },
  ])("of 180 s follows for $keeper", ({ keeper, chain }) => {
    expect(planOf(keeper, { maxSeconds: 180 })).toMatchObject(chain);
  });

  it.each([
    { keeper: STANDALONE, counts: ["silence", "life"] },
    { keeper: swarm(undefined, true), counts: ["silence", "life"] },
    { keeper: kubernetes(), counts: ["silence"] },
    { keeper: kubernetes({ boundsAnswers: true }), counts: ["life"] },
  ])(
    "counts a proxy's silence against the heartbeat and what bounds a whole answer against the turn",
    ({ keeper, counts }) => {
      const { links } = planOf(keeper, { maxSeconds: 180, heartbeatSeconds: 20 });
      const proxies = links.filter(({ holder }) => holder === "proxy");
      expect(proxies.map((link) => link.counts)).toEqual(counts);
      expect(proxies.map(({ atLeastSeconds }) => atLeastSeconds)).toEqual(
        counts.map((counted) => (counted === "silence" ? 40 : 180)),
      );
    },
  );

  it("has no proxy give up a stream between two heartbeats, however short its turns are", () => {
    expect(planOf(STANDALONE, { maxSeconds: 5, heartbeatSeconds: 60 }).proxyTimeoutSeconds).toBe(120);
    expect(planOf(STANDALONE, { maxSeconds: 500, heartbeatSeconds: 60 }).proxyTimeoutSeconds).toBe(505);
  });

  it("waits with scaling in for as long as a turn that is longer than the autoscaler's own window", () => {
    expect(planOf(kubernetes(), { maxSeconds: 900 }).scaleDownWindowSeconds).toBe(900);
  });

  it.each([
    { keeper: STANDALONE, turns: { stopGraceSeconds: 100 }, path: "turns.stopGraceSeconds", least: 185 },
    { keeper: kubernetes(), turns: { stopGraceSeconds: 190 }, path: "turns.stopGraceSeconds", least: 195 },
    { keeper: swarm(10), turns: {}, path: "topology.workload.update.monitorSeconds", least: STARTUP_SECONDS },
    {
      keeper: kubernetes({ progressDeadlineSeconds: 60 }),
      turns: {},
      path: "topology.orchestrator.progressDeadlineSeconds",
      least: STARTUP_SECONDS,
    },
    {
      keeper: kubernetes({ scaleDownWindowSeconds: 0 }),
      turns: {},
      path: "topology.orchestrator.autoscaling.scaleDownWindowSeconds",
      least: 180,
    },
  ])("is refused at $path with the least that would do", ({ keeper, turns, path, least }) => {
    const problems = problemsOf(keeper, turns);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.allowed).toMatch(new RegExp(`^at least ${least}\\b`));
  });

  it("is refused exactly where a link would break", () => {
    fc.assert(
      fc.property(anyKeeper, anyTurns, (keeper, turns) => {
        const broken = planOf(keeper, turns).links.filter(({ seconds, atLeastSeconds }) => seconds < atLeastSeconds);
        expect(problemsOf(keeper, turns).length).toBe(broken.length);
      }),
    );
  });

  it("is never refused where everything is left to be derived", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 3600 }), fc.integer({ min: 1, max: 120 }), (maxSeconds, margin) => {
        for (const keeper of [STANDALONE, swarm(), kubernetes()]) {
          expect(problemsOf(keeper, { maxSeconds, drainMarginSeconds: margin })).toEqual([]);
        }
      }),
    );
  });
});
