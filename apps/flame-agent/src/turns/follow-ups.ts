import type { Agent, AgentExecutionOptions } from "@mastra/core/agent";
import { RequestContext } from "@mastra/core/request-context";
import { heldLease, holdingNothing } from "../database/index.ts";
import { inRequest } from "../request-scope.ts";

type Said = Parameters<Agent["stream"]>[0];

/**
 * Has each run that Mastra begins by itself, for a message that came as another run ended, be a run of its own. By
 * itself it is begun as a part of the turn that has ended: under a lease that is given back, so that nothing of it may be
 * written; with the options of that turn, which it would answer a second time; and held back by whoever read that.
 */
export function setFollowUpsApart(agent: Agent): void {
  const stream = agent.stream.bind(agent);
  Object.assign(agent, {
    stream: (said: Said, options?: AgentExecutionOptions) =>
      isFollowUp(said)
        ? inRequest(() => holdingNothing(() => stream(said, { ...options, requestContext: new RequestContext() })))
        : stream(said, options ?? {}),
  });
}

/** A sent message that a run begins with, where no lease is held for it. */
function isFollowUp(said: Said): boolean {
  const isSent = typeof said === "object" && "__isCreatedSignal" in said;
  return isSent && heldLease()?.coversFollowUps === false;
}
