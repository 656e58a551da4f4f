import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApprovals } from "../approvals/approvals.ts";
import type { Database } from "../database/index.ts";
import { DRIVERS, testDatabase } from "../testing/database.ts";
import { createTurnRecords } from "../workflow/records.ts";
import { createOutbox } from "./outbox.ts";

describe.each(DRIVERS)("the outbox on %s", (driver) => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase(driver);
  });
  afterAll(() => database.close());

  const call = (more: Partial<{ tenant: string; run: string; toolCall: string; body: string }> = {}) => ({
    tenant: randomUUID(),
    run: randomUUID(),
    toolCall: "call-1",
    recipient: "ada",
    body: "hello",
    ...more,
  });

  /** A turn that waits for the approval of `call-1`. */
  async function waiting(tenant = randomUUID()) {
    const instance = randomUUID();
    const approvals = createApprovals(database.pool, instance, 60);
    const run = randomUUID();
    await createTurnRecords(database.pool, instance).begin({
      id: run,
      tenant,
      thread: "t",
      resource: "r",
      message: "m",
    });
    const approval = await approvals.request(run, { toolCall: "call-1", tool: "send_message", input: {} });
    const decide = (approved: boolean) => approvals.decide({ tenant }, approval?.id ?? "", { approved });
    return { tenant, run, decide };
  }

  it("keeps a call's message once, however often and from wherever it is made", async () => {
    const outbox = createOutbox(database.pool);
    const { tenant, run, decide } = await waiting();
    await decide(true);
    const once = call({ tenant, run });
    await Promise.all(Array.from({ length: 8 }, () => outbox.send(once)));
    await outbox.send({ ...once, body: "other words" });
    expect(await outbox.list(once.tenant, { limit: 10 })).toEqual([
      { id: expect.any(String), recipient: "ada", body: "hello", createdAt: expect.any(Date) },
    ]);
  });

  it("refuses a call that waits for approval, or was rejected, or is another tenant's, or nobody was asked about", async () => {
    const outbox = createOutbox(database.pool);
    const { tenant, run, decide } = await waiting();
    await expect(outbox.send(call({ tenant, run }))).rejects.toThrow(/^The call isn't approved; fix: /);
    await decide(true);
    await expect(outbox.send(call({ run }))).rejects.toThrow("isn't approved");
    await expect(outbox.send(call({ tenant, run, toolCall: "call-2" }))).rejects.toThrow("isn't approved");
    await expect(outbox.send(call())).rejects.toThrow("isn't approved");
    await outbox.send(call({ tenant, run }));
    expect(await outbox.list(tenant, { limit: 10 })).toHaveLength(1);

    const other = await waiting();
    await other.decide(false);
    await expect(outbox.send(call({ tenant: other.tenant, run: other.run }))).rejects.toThrow("isn't approved");
    expect(await outbox.list(other.tenant, { limit: 10 })).toEqual([]);
  });

  it("is listed in its order, page by page, each tenant's own", async () => {
    const outbox = createOutbox(database.pool);
    const tenant = randomUUID();
    for (const body of ["a", "b", "c"]) {
      const { run, decide } = await waiting(tenant);
      await decide(true);
      await outbox.send(call({ tenant, run, body }));
    }
    const first = await outbox.list(tenant, { limit: 2 });
    expect(first.map(({ body }) => body)).toEqual(["a", "b"]);
    const rest = await outbox.list(tenant, { limit: 2, after: first[1]?.id });
    expect(rest.map(({ body }) => body)).toEqual(["c"]);
    expect(await outbox.list(randomUUID(), { limit: 2, after: first[1]?.id })).toEqual([]);
  });
});
