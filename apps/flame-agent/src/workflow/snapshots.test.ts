import { expect, it, onTestFinished } from "vitest";
import { testAgent } from "../testing/agent.ts";
import { isRecord, readEvents, textOf } from "../testing/client.ts";
import { lastingDatabase, onDatabase } from "../testing/database.ts";

/** An agent on a database that notes every write of a run's snapshot. */
async function setUp() {
  const open = await lastingDatabase();
  await onDatabase(open, ({ pool }) =>
    pool.query(`create table written (workflow text, status text);
      create function note_write() returns trigger language plpgsql as $$ begin
        insert into public.written values (new.workflow_name, new.snapshot ->> 'status');
        return new;
      end $$;
      create trigger note_write before insert or update on public.mastra_workflow_snapshot
        for each row execute function note_write()`),
  );
  const agent = await testAgent({}, open);
  onTestFinished(async () => {
    await agent.stop();
  });
  /** Stops the agent and tells what was written, and how many runs are left. */
  const found = async () => {
    await agent.stop();
    return onDatabase(open, async ({ pool }) => ({
      written: (await pool.query("select distinct workflow, status from written order by workflow")).rows,
      left: (await pool.query("select from mastra_workflow_snapshot")).rowCount,
    }));
  };
  return { agent, found };
}

it("a turn that waits for nobody writes nothing of its run", async () => {
  const { agent, found } = await setUp();
  expect(textOf(await readEvents(await agent.post("/turns", { message: "What is 6 * 7?" })))).toBe("6 * 7 = 42");
  expect(await found()).toEqual({ written: [], left: 0 });
});

it("a turn that waits writes its run when it does, and removes it when it has gone on", async () => {
  const { agent, found } = await setUp();
  const events = await readEvents(await agent.post("/turns", { message: 'Send "hello" to ada@example.com' }));
  const approval = events.find(({ event }) => event === "approval")?.data;
  const id = isRecord(approval) ? approval.id : undefined;
  expect(textOf(await readEvents(await agent.post(`/approvals/${id}/approve`, undefined)))).toContain("is sent");
  expect(await found()).toEqual({
    written: ["agentic-loop", "chat", "executionWorkflow"].map((workflow) => ({ workflow, status: "suspended" })),
    left: 0,
  });
});
