import type { EnvironmentPlan } from "../../../../stacks/plan.ts";

/** What an environment is planned for, and why. */
export type RunsOn =
  | {
      readonly kind: "engine";
      /** The container engine of a desktop. */
      readonly engine: {
        readonly kind: "podman" | "docker";
        readonly socket: string;
        /** Whether its socket is there. */
        readonly present: boolean;
        readonly reason: string;
      };
    }
  | {
      readonly kind: "orchestrator";
      /** The orchestrator of a server's hosts. */
      readonly orchestrator: {
        readonly kind: "standalone" | "swarm" | "kubernetes";
        readonly reason: string;
        readonly others: readonly { readonly kind: string; readonly because: string }[];
        /** Addresses of the hosts' engines, or the cluster. */
        readonly places: readonly string[];
      };
    };

/** Reads off a plan what it is made for. */
export function runsOnOf(planned: EnvironmentPlan): RunsOn {
  switch (planned.kind) {
    case "local-podman": {
      const { target, present, reason } = planned.engine;
      return { kind: "engine", engine: { ...target, present, reason } };
    }
    case "remote-server": {
      const { choice, target } = planned.plan;
      return { kind: "orchestrator", orchestrator: { ...choice, places: placesOf(target) } };
    }
  }
}

/** Name and reason for a reader: `podman (found: rootless Podman)`. */
export function runsOnWords(runsOn: RunsOn): string {
  if (runsOn.kind === "engine") return `${runsOn.engine.kind} (${runsOn.engine.reason})`;
  return `${runsOn.orchestrator.kind} (${runsOn.orchestrator.reason})`;
}

/** Where that is. */
export function placeWords(runsOn: RunsOn): string {
  return runsOn.kind === "engine" ? runsOn.engine.socket : runsOn.orchestrator.places.join(", ");
}

/** Why nothing else was chosen; nothing for a desktop, which has one engine. */
export function notChosenWords(runsOn: RunsOn): string[] {
  if (runsOn.kind === "engine") return [];
  return runsOn.orchestrator.others.map(({ kind, because }) => `not ${kind}: ${because}`);
}

function placesOf(target: Extract<EnvironmentPlan, { kind: "remote-server" }>["plan"]["target"]): string[] {
  switch (target.kind) {
    case "standalone":
      return target.hosts.map(({ engineAddress }) => engineAddress);
    case "swarm":
      return [target.engineAddress];
    case "kubernetes":
      return [`namespace ${target.namespace} of ${target.context ?? "the current context"}`];
  }
}
