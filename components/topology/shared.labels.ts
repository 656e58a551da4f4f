import { LABEL_PREFIX, labelsOf } from "../core/index.ts";
import type { AgentSettings, PublishedPort } from "../orchestration/index.ts";

/** A port beyond loopback is a decision: the label says so to the policies. */
export function exposureLabel(ports: readonly PublishedPort[]): Record<string, string> {
  return ports.some((port) => !port.address.startsWith("127.")) ? { [`${LABEL_PREFIX}exposure`]: "lan" } : {};
}

/** Labels of the agent: by them policies check the turn chain on what was made. */
export function agentLabels(
  environment: string,
  {
    agent,
    labels,
  }: { readonly agent: Pick<AgentSettings, "ports">; readonly labels: Readonly<Record<string, string>> },
  turns: { readonly maxSeconds: number; readonly drainMarginSeconds: number },
): Record<string, string> {
  return labelsOf(
    { environment, component: "agent" },
    {
      ...labels,
      ...exposureLabel(agent.ports),
      [`${LABEL_PREFIX}turn-max-seconds`]: `${turns.maxSeconds}`,
      [`${LABEL_PREFIX}drain-margin-seconds`]: `${turns.drainMarginSeconds}`,
    },
  );
}
