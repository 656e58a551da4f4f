import { AsyncLocalStorage } from "node:async_hooks";
import type { WorkflowsStorage } from "@mastra/core/storage";
import { PostgresStore } from "@mastra/pg";
import type { Pool } from "pg";
import { ThreadBoundMemory } from "./thread-bound-memory.ts";

/** Workflows of one agent's run, which goes on in the process that began it until it is suspended. */
const AGENT_RUNS = new Set(["agentic-loop", "executionWorkflow"]);
/** Runs that are remembered at most as not written: forgetting one only costs a needless DELETE at its end. */
const REMEMBERED = 10_000;

/** The runs that were written since their beginning, of the agent's run that is worked for now. */
const newRuns = new AsyncLocalStorage<Set<string>>();

/** Does the work as a run of the agent that is new: nothing of it is in the database before the work writes it. */
export function asNewRun<Result>(work: () => Result): Result {
  return newRuns.run(new Set(), work);
}

/** Mastra's view of a database. */
export function createStore(pool: Pool): PostgresStore {
  const store = new PostgresStore({ id: "flame", pool });
  if (store.stores.workflows) skipRunPlaceholders(store.stores.workflows);
  store.stores.memory = new ThreadBoundMemory(pool, { client: store.db });
  return store;
}

/**
 * Has Mastra write nothing of an agent's run until it is suspended. By itself it writes an empty "pending" snapshot for
 * each of the run's two workflows before the model is asked, and deletes both when the answer is whole: four commits
 * in a turn that nobody can go on from. Which turns run is in `flame.turns`. Nor does it ask for what a new run left.
 */
function skipRunPlaceholders(workflows: WorkflowsStorage): void {
  const persist = workflows.persistWorkflowSnapshot.bind(workflows);
  const remove = workflows.deleteWorkflowRunById.bind(workflows);
  const read = workflows.getWorkflowRunById.bind(workflows);
  const unwritten = new Set<string>();

  workflows.persistWorkflowSnapshot = async (run) => {
    const key = keyOf(run);
    if (AGENT_RUNS.has(run.workflowName) && run.snapshot.status === "pending") {
      unwritten.add(key);
      const [oldest] = unwritten;
      if (unwritten.size > REMEMBERED && oldest !== undefined) unwritten.delete(oldest);
      return;
    }
    // First of all: what a failed write left half done must be deleted at the end.
    unwritten.delete(key);
    newRuns.getStore()?.add(key);
    await persist(run);
  };

  workflows.getWorkflowRunById = async (run) => {
    const { workflowName = "", runId } = run;
    const isUnwritten = newRuns.getStore()?.has(keyOf({ workflowName, runId })) === false;
    return isUnwritten && AGENT_RUNS.has(workflowName) ? null : read(run);
  };

  workflows.deleteWorkflowRunById = async (run) => {
    if (!unwritten.delete(keyOf(run))) await remove(run);
  };
}

function keyOf({ workflowName, runId }: { readonly workflowName: string; readonly runId: string }): string {
  return `${workflowName} ${runId}`;
}
