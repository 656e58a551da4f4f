import type { WorkflowsStorage } from "@mastra/core/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../testing/database.ts";
import type { Database } from "./database.ts";
import { asNewRun } from "./mastra-store.ts";

let database: Database;
let workflows: WorkflowsStorage;
beforeAll(async () => {
  database = await testDatabase();
  const store = await database.store.getStore("workflows");
  if (!store) throw new Error("The store keeps no runs");
  workflows = store;
});
afterAll(() => database.close());

const snapshotOf = (runId: string, status: "pending" | "suspended") => ({
  runId,
  status,
  value: {},
  context: {},
  activePaths: [],
  activeStepsPath: {},
  serializedStepGraph: [],
  suspendedPaths: {},
  resumeLabels: {},
  waitingPaths: {},
  timestamp: 0,
});
const write = (workflowName: string, runId: string, status: "pending" | "suspended") =>
  workflows.persistWorkflowSnapshot({ workflowName, runId, snapshot: snapshotOf(runId, status) });
const statusOf = async (workflowName: string, runId: string) =>
  (await workflows.loadWorkflowSnapshot({ workflowName, runId }))?.status;

describe.each(["agentic-loop", "executionWorkflow"])("a run of an agent (%s)", (workflowName) => {
  it("is written when it is suspended, and not before", async () => {
    await write(workflowName, "waits", "pending");
    expect(await statusOf(workflowName, "waits")).toBeUndefined();
    await write(workflowName, "waits", "suspended");
    expect(await statusOf(workflowName, "waits")).toBe("suspended");
  });

  it("that was suspended is deleted at its end, also by a process that didn't begin it", async () => {
    await write(workflowName, "here", "pending");
    for (const run of ["here", "elsewhere"]) {
      await write(workflowName, run, "suspended");
      await workflows.deleteWorkflowRunById({ workflowName, runId: run });
      expect(await statusOf(workflowName, run)).toBeUndefined();
    }
  });

  it("that is new is asked for in the database only once it is written there", async () => {
    const found = async (runId: string) => (await workflows.getWorkflowRunById({ workflowName, runId }))?.runId;
    await write(workflowName, "earlier", "suspended");
    await asNewRun(async () => {
      let statements = 0;
      const count = () => {
        statements += 1;
      };
      database.pool.on("acquire", count);
      await write(workflowName, "new", "pending");
      expect([await found("new"), statements]).toEqual([undefined, 0]);
      database.pool.off("acquire", count);
      await write(workflowName, "new", "suspended");
      expect(await found("new")).toBe("new");
    });
    expect([await found("new"), await found("earlier")]).toEqual(["new", "earlier"]);
  });

  it("that was never written costs no statement", async () => {
    let statements = 0;
    const count = () => {
      statements += 1;
    };
    database.pool.on("acquire", count);
    await write(workflowName, "short", "pending");
    await workflows.deleteWorkflowRunById({ workflowName, runId: "short" });
    expect(statements).toBe(0);
    // Told once: a second end is another run's.
    await workflows.deleteWorkflowRunById({ workflowName, runId: "short" });
    expect(statements).toBe(1);
    database.pool.off("acquire", count);
  });
});

describe("runs that were never written", () => {
  it("are remembered up to ten thousand: beyond that the oldest one's end costs a statement", async () => {
    let statements = 0;
    const count = () => {
      statements += 1;
    };
    for (let run = 0; run <= 10_000; run += 1) await write("agentic-loop", `run ${run}`, "pending");
    database.pool.on("acquire", count);
    for (const [run, expected] of [
      [1, 0],
      [10_000, 0],
      [0, 1],
    ]) {
      await workflows.deleteWorkflowRunById({ workflowName: "agentic-loop", runId: `run ${run}` });
      expect([run, statements]).toEqual([run, expected]);
    }
    database.pool.off("acquire", count);
  });

  it("are told apart by their workflow", async () => {
    await write("agentic-loop", "both", "suspended");
    await write("executionWorkflow", "both", "pending");
    await workflows.deleteWorkflowRunById({ workflowName: "executionWorkflow", runId: "both" });
    expect(await statusOf("agentic-loop", "both")).toBe("suspended");
    await workflows.deleteWorkflowRunById({ workflowName: "agentic-loop", runId: "both" });
    expect(await statusOf("agentic-loop", "both")).toBeUndefined();
  });
});

describe("a run of any other workflow", () => {
  it("is written from its beginning", async () => {
    await write("nightly", "first", "pending");
    expect(await statusOf("nightly", "first")).toBe("pending");
    await workflows.deleteWorkflowRunById({ workflowName: "nightly", runId: "first" });
    expect(await statusOf("nightly", "first")).toBeUndefined();
  });
});
