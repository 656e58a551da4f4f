import { setTimeout as delay } from "node:timers/promises";
import type { AgentClient, ApprovalState } from "./agent-client.ts";
import { eventsOf } from "./turn-event.ts";
import type { TurnReport } from "./turn-stream.ts";

/** What a person makes of a tool call. */
export type Decision =
  | { readonly kind: "approve" }
  | { readonly kind: "reject"; readonly reason?: string }
  /** They look away: it stays pending until it expires. */
  | { readonly kind: "ignore" };

export interface HumanOptions {
  /** What they decide about a call. */
  readonly decide: (approval: ApprovalState) => Decision;
  /** How long they think about each call, in milliseconds. Default: not at all. */
  readonly thinkMilliseconds?: (approval: ApprovalState) => number;
}

/** A decision that was made, and the rest of the turn that it set going. */
export interface Decided {
  readonly approval: ApprovalState;
  readonly report: TurnReport;
}

/**
 * Somebody who watches the list of pending calls, as an approver's page does, and decides about each once: over HTTP,
 * so that turns are really suspended and really resumed, by whichever instance is asked.
 */
export function startHuman(client: AgentClient, { decide, thinkMilliseconds = () => 0 }: HumanOptions) {
  const seen = new Set<string>();
  const working: Promise<Decided>[] = [];
  const leaving = new AbortController();

  const watch = async () => {
    while (!leaving.signal.aborted) {
      // An agent that restarts is asked again, as a page that reloads.
      const approvals = await client.approvals().catch(() => []);
      for (const approval of approvals) {
        if (approval.state !== "pending" || seen.has(approval.id)) continue;
        seen.add(approval.id);
        const decision = decide(approval);
        if (decision.kind !== "ignore") working.push(act(approval, decision));
      }
      await delay(20, undefined, { signal: leaving.signal }).catch(() => {});
    }
  };
  const act = async (approval: ApprovalState, decision: Exclude<Decision, { kind: "ignore" }>): Promise<Decided> => {
    await delay(thinkMilliseconds(approval));
    const { report } =
      decision.kind === "approve" ? client.approve(approval.id) : client.reject(approval.id, decision.reason);
    return { approval, report: await report };
  };
  const watching = watch();

  return {
    /** They stop looking; resolves with all that they decided, once the turns that this set going are over. */
    async leave(): Promise<readonly Decided[]> {
      leaving.abort();
      await watching;
      return Promise.all(working);
    },
  };
}

/** The id of the approval that a suspended turn waits for. */
export function approvalOf({ events, outcome }: TurnReport): string {
  const approval = eventsOf(events, "approval").at(-1);
  if (!approval) throw new Error(`The turn asks for no approval: it is "${outcome}"`);
  return approval.data.id;
}
