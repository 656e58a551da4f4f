import type { WorkflowsStorage } from "@mastra/core/storage";
import { PostgresStore } from "@mastra/pg";
import type { Pool } from "pg";
import { ThreadBoundMemory } from "./thread-bound-memory.ts";

/** Workflows of one agent's run, which goes on in the process that began it until it is suspended. */
const AGENT_RUNS = new Set(["agentic-loop", "executionWorkflow"]);
/** Runs that are remembered at most as not written: forgetting one only costs a needless DELETE at its end. */
const REMEMBERED = 10_000;

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
 * in a turn that nobody can go on from. Which turns run is in `flame.turns`.
 */
function skipRunPlaceholders(workflows: WorkflowsStorage): void {
  const persist = workflows.persistWorkflowSnapshot.bind(workflows);
  const remove = workflows.deleteWorkflowRunById.bind(workflows);
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
    await persist(run);
  };

  workflows.deleteWorkflowRunById = async (run) => {
    if (!unwritten.delete(keyOf(run))) await remove(run);
  };
}

function keyOf({ workflowName, runId }: { readonly workflowName: string; readonly runId: string }): string {
  return `${workflowName} ${runId}`;
}
