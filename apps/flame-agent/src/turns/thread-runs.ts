import type { Agent } from "@mastra/core/agent";

/** A thread as it is called in the store. */
export interface ThreadName {
  readonly resourceId: string;
  readonly threadId: string;
}

/** The runs that Mastra has on threads in this process, whether or not a response waits for them. */
export interface ThreadRuns {
  /** Whether a run speaks in the thread. */
  isActive(thread: ThreadName): boolean;
  /**
   * Whether one stands in it that was suspended here and that nobody has gone on with here. What is sent into the thread
   * is put aside for it, in memory.
   */
  isSuspended(thread: ThreadName): boolean;
  abort(thread: ThreadName): void;
}

/**
 * Mastra takes a run that waits for an approval for one that is active, and leaves its thread to it until it is gone on
 * with in the same process, whatever runs there meanwhile. So it is told apart here: its decision may come a day later,
 * through another instance, or never.
 */
export function threadRuns(
  agent: Pick<Agent, "getActiveThreadRunId" | "abortThreadStream">,
  suspended: { isSuspended(run: string): boolean; isSuspendedIn(thread: string): boolean },
): ThreadRuns {
  const isActive = (thread: ThreadName) => {
    const run = agent.getActiveThreadRunId(thread);
    return run !== undefined && !suspended.isSuspended(run);
  };
  return {
    isActive,
    isSuspended: ({ threadId }) => suspended.isSuspendedIn(threadId),
    abort(thread) {
      if (isActive(thread)) agent.abortThreadStream(thread);
    },
  };
}
