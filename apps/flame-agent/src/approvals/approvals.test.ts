import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database/index.ts";
import type { Owner } from "../tenants/index.ts";
import { DRIVERS, testDatabase } from "../testing/database.ts";
import { createTurnRecords, forgetTurns, interruptOrphans } from "../workflow/records.ts";
import { createApprovals, expireApprovals } from "./approvals.ts";

describe.each(DRIVERS)("turns and approvals on %s", (driver) => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase(driver);
  });
  afterAll(() => database.close());

  /** One of several processes on the database. */
  function instance(ttlSeconds = 60) {
    const id = randomUUID();
    const alive = () =>
      database.pool.query(
        "insert into flame.instances (id) values ($1) on conflict (id) do update set seen_at = now()",
        [id],
      );
    const { pool } = database;
    return { id, alive, approvals: createApprovals(pool, id, ttlSeconds), records: createTurnRecords(pool, id) };
  }

  const call = { toolCall: "call-1", tool: "send_message", input: { to: "ada", text: "it's\0" } };

  async function waiting(one = instance(), tenant: string = randomUUID()) {
    const turn = randomUUID();
    await one.records.begin({ id: turn, tenant, thread: "t", resource: "r", message: "m" });
    const approval = await one.approvals.request(turn, call);
    if (!approval) throw new Error("The turn isn't this instance's");
    return { ...one, turn, tenant, approval: approval.id };
  }

  it("a turn is found by its tenant alone, with what became of it", async () => {
    const { records } = instance();
    const id = randomUUID();
    await records.begin({ id, tenant: "a", thread: "t", resource: "r", message: "m" });
    expect(await records.find({ tenant: "a" }, id)).toEqual({
      id,
      thread: "t",
      resource: "r",
      state: "running",
      failure: null,
      attempt: 1,
      resumable: false,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
    expect(await records.find({ tenant: "b" }, id)).toBeUndefined();
    expect(await records.end(id, "failed", "timed-out")).toBe(0);
    expect(await records.find({ tenant: "a" }, id)).toMatchObject({ state: "failed", failure: "timed-out" });
    expect(await records.end(id, "completed")).toBeUndefined();
    expect(await records.find({ tenant: "a" }, id)).toMatchObject({ state: "failed", failure: "timed-out" });
  });

  it("a turn that another instance has is neither ended nor made to wait", async () => {
    const [one, other] = [instance(), instance()];
    const id = randomUUID();
    await one.records.begin({ id, tenant: "a", thread: "t", resource: "r", message: "m" });
    expect(await other.records.end(id, "completed")).toBeUndefined();
    expect(await other.approvals.request(id, call)).toBeUndefined();
    expect(await one.records.find({ tenant: "a" }, id)).toMatchObject({ state: "running" });
    expect(await one.approvals.list({ tenant: "a" }, { limit: 10 })).toEqual([]);
  });

  it("a call that waits is told with its input and its end", async () => {
    const { approvals, records, tenant, turn, approval } = await waiting(instance(100));
    expect(await records.find({ tenant }, turn)).toMatchObject({ state: "waiting" });
    const found = await approvals.find({ tenant }, approval);
    expect(found).toEqual({
      id: approval,
      turn,
      tool: "send_message",
      input: { to: "ada", text: "it's" },
      state: "pending",
      reason: null,
      createdAt: expect.any(Date),
      expiresAt: expect.any(Date),
      decidedAt: null,
    });
    expect(Number(found?.expiresAt) - Number(found?.createdAt)).toBe(100_000);
    expect(await approvals.find({ tenant: "other" }, approval)).toBeUndefined();
    expect((await approvals.ofTurn(tenant, turn)).map(({ id }) => id)).toEqual([approval]);
    expect(await approvals.ofTurn("other", turn)).toEqual([]);
  });

  it("the first decision is taken, by whichever instance, and gives it the turn", async () => {
    const { tenant, turn, approval, records } = await waiting();
    const other = instance();
    expect(await other.approvals.decide({ tenant }, approval, { approved: true })).toEqual({
      kind: "taken",
      continuation: {
        turn,
        run: turn,
        toolCall: "call-1",
        tool: "send_message",
        thread: "t",
        resource: "r",
        message: "m",
        decision: { approved: true, reason: undefined },
      },
    });
    expect(await records.find({ tenant }, turn)).toMatchObject({ state: "running", attempt: 2 });
    expect(await records.end(turn, "completed")).toBeUndefined();
    expect(await other.records.end(turn, "completed")).toBe(0);
    expect(await other.approvals.decide({ tenant }, approval, { approved: false })).toEqual({
      kind: "late",
      state: "approved",
    });
  });

  it("a rejection keeps its reason", async () => {
    const { tenant, approval, approvals } = await waiting();
    const decided = await approvals.decide({ tenant }, approval, { approved: false, reason: "wrong address" });
    expect(decided).toMatchObject({
      kind: "taken",
      continuation: { decision: { approved: false, reason: "wrong address" } },
    });
    expect(await approvals.find({ tenant }, approval)).toMatchObject({
      state: "rejected",
      reason: "wrong address",
      decidedAt: expect.any(Date),
    });
  });

  it("of many decisions at once, one is taken", async () => {
    const { tenant, approval, turn, records } = await waiting();
    const decisions = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        instance().approvals.decide({ tenant }, approval, { approved: index % 2 === 0 }),
      ),
    );
    expect(decisions.filter(({ kind }) => kind === "taken")).toHaveLength(1);
    expect(decisions.filter(({ kind }) => kind === "late")).toHaveLength(11);
    expect(await records.find({ tenant }, turn)).toMatchObject({ attempt: 2 });
  });

  it("another tenant's call, or none, can't be decided", async () => {
    const { tenant, approval, approvals } = await waiting();
    expect(await approvals.decide({ tenant: "other" }, approval, { approved: true })).toEqual({ kind: "absent" });
    expect(await approvals.decide({ tenant }, randomUUID(), { approved: true })).toEqual({ kind: "absent" });
    expect(await approvals.find({ tenant }, approval)).toMatchObject({ state: "pending" });
  });

  it("a call whose time is over can't be decided, and its turn fails", async () => {
    const { tenant, approval, approvals, turn, records } = await waiting();
    const fresh = await waiting();
    await database.pool.query("update flame.approvals set expires_at = now() where id = $1", [approval]);
    expect(await approvals.find({ tenant }, approval)).toMatchObject({ state: "expired" });
    expect(await approvals.list({ tenant }, { state: "pending", limit: 10 })).toEqual([]);
    expect(await approvals.decide({ tenant }, approval, { approved: true })).toEqual({
      kind: "late",
      state: "expired",
    });
    expect(await records.find({ tenant }, turn)).toMatchObject({ state: "waiting" });

    expect(await expireApprovals(database.pool, { event: "error", data: {} })).toBe(1);
    expect(await expireApprovals(database.pool, { event: "error", data: {} })).toBe(0);
    expect(await records.find({ tenant }, turn)).toMatchObject({ state: "failed", failure: "approval-expired" });
    expect(await approvals.find({ tenant }, approval)).toMatchObject({ state: "expired", decidedAt: expect.any(Date) });
    expect(await fresh.approvals.find({ tenant: fresh.tenant }, fresh.approval)).toMatchObject({ state: "pending" });
  });

  it("a call is its turn's resource's: another one of the tenant finds, decides and lists none", async () => {
    const tenant = randomUUID();
    const one = instance();
    const { approval } = await waiting(one, tenant);
    const [own] = await one.approvals.list({ tenant }, { limit: 1 });
    const { resource } = (await one.approvals.place({ tenant }, approval)) ?? {};
    const other = { tenant, resource: `${resource}x` };
    expect(await one.approvals.find(other, approval)).toBeUndefined();
    expect(await one.approvals.place(other, approval)).toBeUndefined();
    expect(await one.approvals.list(other, { limit: 10 })).toEqual([]);
    expect(await one.approvals.decide(other, approval, { approved: true })).toEqual({ kind: "absent" });
    expect(await one.approvals.list({ tenant, resource }, { limit: 10 })).toEqual([own]);
    expect(await one.approvals.decide({ tenant, resource }, approval, { approved: true })).toMatchObject({
      kind: "taken",
    });
  });

  it("calls are listed in their order, by state and page by page", async () => {
    const tenant = randomUUID();
    const one = instance();
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.push((await waiting(one, tenant)).approval);
    const [first = "", second = "", third = ""] = ids;
    await one.approvals.decide({ tenant }, second, { approved: true });
    const list = async (...[request]: Parameters<typeof one.approvals.list> extends [Owner, infer R] ? [R] : never) =>
      (await one.approvals.list({ tenant }, request)).map(({ id }) => id);
    expect(await list({ limit: 10 })).toEqual(ids);
    expect(await list({ limit: 10, state: "pending" })).toEqual([first, third]);
    expect(await list({ limit: 10, state: "approved" })).toEqual([second]);
    expect(await list({ limit: 2 })).toEqual([first, second]);
    expect(await list({ limit: 2, after: second })).toEqual([third]);
    expect(await one.approvals.list({ tenant: "other" }, { limit: 10 })).toEqual([]);
  });

  it("turns of an instance that gives no sign are interrupted, and nobody else's", async () => {
    const [gone, alive] = [instance(), instance()];
    await alive.alive();
    await gone.alive();
    const begin = async (one: typeof gone) => {
      const id = randomUUID();
      await one.records.begin({ id, tenant: "beats", thread: "t", resource: "r", message: "m" });
      return id;
    };
    const [lost, kept, ended] = [await begin(gone), await begin(alive), await begin(gone)];
    await gone.records.end(ended, "completed");
    const left = await waiting(gone);
    await database.pool.query("update flame.instances set seen_at = now() - interval '14 seconds' where id = $1", [
      gone.id,
    ]);
    await interruptOrphans(database.pool, 15);
    expect(await gone.records.find({ tenant: "beats" }, lost)).toMatchObject({ state: "running" });
    await database.pool.query("update flame.instances set seen_at = now() - interval '15 seconds' where id = $1", [
      gone.id,
    ]);
    await interruptOrphans(database.pool, 15);
    expect(await gone.records.find({ tenant: "beats" }, lost)).toMatchObject({ state: "interrupted" });
    expect(await gone.records.find({ tenant: "beats" }, kept)).toMatchObject({ state: "running" });
    expect(await gone.records.find({ tenant: "beats" }, ended)).toMatchObject({ state: "completed" });
    expect(await gone.records.find({ tenant: left.tenant }, left.turn)).toMatchObject({ state: "waiting" });
  });

  it("an interrupted turn is resumed once: anew where nothing was decided", async () => {
    const one = instance();
    const id = randomUUID();
    await one.records.begin({ id, tenant: "a", thread: "t", resource: "r", message: "m" });
    expect(await one.records.resume("a", id)).toBeUndefined();
    await one.records.end(id, "interrupted");
    expect(await one.records.resume("b", id)).toBeUndefined();
    const resumed = await Promise.all([1, 2, 3].map(() => instance().records.resume("a", id)));
    expect(resumed.filter((found) => found !== undefined)).toEqual([
      { run: `${id}-2`, thread: "t", resource: "r", message: "m", decided: [] },
    ]);
    expect(await one.records.find({ tenant: "a" }, id)).toMatchObject({ state: "running", attempt: 2 });
  });

  it("an interrupted turn is resumed with all that was decided, in a run of its own", async () => {
    const { tenant, turn, approval, approvals, records } = await waiting();
    await approvals.decide({ tenant }, approval, { approved: true });
    await approvals.request(turn, { ...call, toolCall: "call-2" });
    const [, second] = await approvals.ofTurn(tenant, turn);
    await approvals.decide({ tenant }, second?.id ?? "", { approved: false, reason: "no" });
    await records.end(turn, "interrupted");
    expect(await records.resume(tenant, turn)).toEqual({
      run: `${turn}-4`,
      thread: "t",
      resource: "r",
      message: "m",
      decided: [
        { ...call, input: { to: "ada", text: "it's" }, run: turn, approved: true, reason: null },
        { ...call, input: { to: "ada", text: "it's" }, run: turn, toolCall: "call-2", approved: false, reason: "no" },
      ],
    });
  });

  it("a record is forgotten after its days, and never while its turn can go on", async () => {
    const one = instance();
    const begin = async (state: "completed" | "interrupted" | "running") => {
      const id = randomUUID();
      await one.records.begin({ id, tenant: "old", thread: "t", resource: "r", message: "m" });
      if (state !== "running") await one.records.end(id, state);
      return id;
    };
    const [completed, recent, running] = [await begin("completed"), await begin("completed"), await begin("running")];
    const { turn, tenant, approval, approvals, records } = await waiting();
    await database.pool.query(
      "update flame.turns set updated_at = now() - interval '30 days 1 second' where id = any($1)",
      [[completed, running, turn]],
    );
    await forgetTurns(database.pool, 30);
    expect(await records.find({ tenant: "old" }, completed)).toBeUndefined();
    expect(await records.find({ tenant: "old" }, recent)).toBeDefined();
    expect(await records.find({ tenant: "old" }, running)).toBeDefined();
    expect(await approvals.find({ tenant }, approval)).toBeDefined();
  });
});
