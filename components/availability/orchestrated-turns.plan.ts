import type { Problem } from "../core/index.ts";
import { drainLink, proxyTimeoutOf, silenceLink, type TurnChain, type TurnLink } from "./turns.plan.ts";
import type { TurnSettings } from "./turns.settings.ts";

/** Who keeps the turns, with what its own settings say of the timeouts; what they leave out is derived. */
export type TurnKeeper =
  | { readonly kind: "standalone" }
  | {
      readonly kind: "swarm";
      readonly monitorSeconds: number | undefined;
      /** Whether a proxy of the plan's stands before the agents. */
      readonly proxied: boolean;
    }
  | {
      readonly kind: "kubernetes";
      readonly endpointPropagationSeconds: number;
      readonly progressDeadlineSeconds: number | undefined;
      readonly scaleDownWindowSeconds: number | undefined;
      /** Time that a new pod must have been ready. */
      readonly minReadySeconds: number;
      /** Whether every old pod ends before the first new one starts. */
      readonly recreates: boolean;
      /** Whether what stands before the pods bounds a whole answer, and not its silences alone. */
      readonly boundsAnswers: boolean;
    };

/** A server's chain. A timeout that the orchestrator doesn't have is `undefined`. */
export interface OrchestratedTurns extends TurnChain {
  /** How long a stopping pod goes on serving before it is told to stop. */
  readonly preStopSeconds: number | undefined;
  readonly progressDeadlineSeconds: number | undefined;
  readonly scaleDownWindowSeconds: number | undefined;
  /** How long a new replica is watched before it counts as good. */
  readonly monitorSeconds: number | undefined;
  /** How long systemd waits for the engine's stop. */
  readonly unitStopSeconds: number | undefined;
}

/** Room that a derived progress deadline has above the slowest start: pulling an image. */
const PULL_SECONDS = 300;
/** Time that systemd gives the engine on top of the container's own grace, so that the engine ends it and not systemd. */
const SYSTEMD_MARGIN_SECONDS = 10;

/**
 * Derives the chain of a server: agent, orchestrator, proxy.
 * `startupSeconds` is the longest that a new replica may take until its health counts.
 */
export function planOrchestratedTurns(
  turns: TurnSettings,
  keeper: TurnKeeper,
  startupSeconds: number,
): OrchestratedTurns {
  const { maxSeconds, drainMarginSeconds, heartbeatSeconds } = turns;
  const drainSeconds = maxSeconds + drainMarginSeconds;
  const preStopSeconds = keeper.kind === "kubernetes" ? keeper.endpointPropagationSeconds : undefined;
  const stopGraceSeconds = turns.stopGraceSeconds ?? (preStopSeconds ?? 0) + drainSeconds + drainMarginSeconds;
  const chain = {
    maxSeconds,
    drainMarginSeconds,
    heartbeatSeconds,
    drainSeconds,
    stopGraceSeconds,
    proxyTimeoutSeconds: proxyTimeoutOf({ drainSeconds, heartbeatSeconds }),
    preStopSeconds,
    progressDeadlineSeconds: undefined,
    scaleDownWindowSeconds: undefined,
    monitorSeconds: undefined,
    unitStopSeconds: undefined,
  };
  const first = drainLink(chain);
  switch (keeper.kind) {
    case "standalone": {
      const unitStopSeconds = stopGraceSeconds + SYSTEMD_MARGIN_SECONDS;
      return {
        ...chain,
        unitStopSeconds,
        links: [first, stopLink("container engine", chain), ...proxyLinks(chain), unitLink(unitStopSeconds, chain)],
      };
    }
    case "swarm": {
      const monitorSeconds = keeper.monitorSeconds ?? startupSeconds;
      return {
        ...chain,
        monitorSeconds,
        links: [
          first,
          stopLink("Swarm", chain),
          {
            holder: "Swarm",
            timeout: "monitor window",
            counts: "life",
            seconds: monitorSeconds,
            atLeastSeconds: startupSeconds,
            because: "a version that never gets healthy must be seen before the next agent is replaced by it",
          },
          ...(keeper.proxied ? proxyLinks(chain) : []),
        ],
      };
    }
    case "kubernetes": {
      const slowest = startupSeconds + keeper.minReadySeconds + (keeper.recreates ? stopGraceSeconds : 0);
      const progressDeadlineSeconds = keeper.progressDeadlineSeconds ?? slowest + PULL_SECONDS;
      const scaleDownWindowSeconds = keeper.scaleDownWindowSeconds ?? Math.max(300, maxSeconds);
      return {
        ...chain,
        progressDeadlineSeconds,
        scaleDownWindowSeconds,
        links: [
          first,
          stopLink("Kubernetes", chain),
          {
            holder: "Kubernetes",
            timeout: "progress deadline",
            counts: "life",
            seconds: progressDeadlineSeconds,
            atLeastSeconds: slowest,
            because: keeper.recreates
              ? "old pods end their turns before a new one starts"
              : "a new pod may take so long until it counts as available",
          },
          {
            holder: "autoscaler",
            timeout: "scale-down window",
            counts: "life",
            seconds: scaleDownWindowSeconds,
            atLeastSeconds: maxSeconds,
            because: "agents that wait for a model look idle for as long as a turn",
          },
          keeper.boundsAnswers
            ? {
                holder: "proxy",
                timeout: "whole answer",
                counts: "life",
                seconds: chain.proxyTimeoutSeconds,
                atLeastSeconds: maxSeconds,
                because: "it ends an answer that is too long, however much of it has come",
              }
            : proxyLinks(chain)[0],
        ],
      };
    }
  }
}

/** Which settings break the chain, with the arithmetic and the orchestrator's link. */
export function checkOrchestratedTurns(turns: TurnSettings, keeper: TurnKeeper, startupSeconds: number): Problem[] {
  const plan = planOrchestratedTurns(turns, keeper, startupSeconds);
  return plan.links.flatMap((link) => {
    const setting = SETTINGS[`${link.holder}, ${link.timeout}`];
    if (link.seconds >= link.atLeastSeconds || setting === undefined) return [];
    return [
      {
        path: setting,
        given: `${link.seconds}`,
        allowed: `at least ${link.atLeastSeconds}${arithmetic(link, plan)}: ${link.because}`,
        mend: `remove ${setting} to have it derived, or lower turns.maxSeconds`,
      },
    ];
  });
}

/** Settings that can make a link too short; all other links are derived. */
const SETTINGS: Readonly<Record<string, string>> = {
  "container engine, stop grace": "turns.stopGraceSeconds",
  "Swarm, stop grace": "turns.stopGraceSeconds",
  "Kubernetes, stop grace": "turns.stopGraceSeconds",
  "Swarm, monitor window": "topology.workload.update.monitorSeconds",
  "Kubernetes, progress deadline": "topology.orchestrator.progressDeadlineSeconds",
  "autoscaler, scale-down window": "topology.orchestrator.autoscaling.scaleDownWindowSeconds",
};

function arithmetic(link: TurnLink, { maxSeconds, drainMarginSeconds, preStopSeconds }: OrchestratedTurns): string {
  if (link.timeout !== "stop grace") return "";
  const before = preStopSeconds === undefined ? "" : `${preStopSeconds} s until no proxy sends requests + `;
  return ` (${before}turn ${maxSeconds} s + drain ${drainMarginSeconds} s)`;
}

function stopLink(
  holder: string,
  {
    stopGraceSeconds,
    drainSeconds,
    preStopSeconds = 0,
  }: { [Name in "stopGraceSeconds" | "drainSeconds"]: number } & {
    preStopSeconds: number | undefined;
  },
): TurnLink {
  return {
    holder,
    timeout: "stop grace",
    counts: "life",
    seconds: stopGraceSeconds,
    atLeastSeconds: preStopSeconds + drainSeconds,
    because: "a kill before the agent's drain has ended cuts its turns",
  };
}

function proxyLinks({
  maxSeconds,
  heartbeatSeconds,
  proxyTimeoutSeconds,
  drainSeconds,
}: Omit<TurnChain, "links">): [TurnLink, TurnLink] {
  return [
    silenceLink("proxy", "read", proxyTimeoutSeconds, heartbeatSeconds),
    {
      holder: "proxy",
      timeout: "wait of a replaced process",
      counts: "life",
      seconds: drainSeconds,
      atLeastSeconds: maxSeconds,
      because: "a reloaded proxy keeps its streams until they end",
    },
  ];
}

function unitLink(unitStopSeconds: number, { stopGraceSeconds }: Pick<TurnChain, "stopGraceSeconds">): TurnLink {
  return {
    holder: "systemd",
    timeout: "stop",
    counts: "life",
    seconds: unitStopSeconds,
    atLeastSeconds: stopGraceSeconds,
    because: "the unit must outlive the container that it stops",
  };
}
