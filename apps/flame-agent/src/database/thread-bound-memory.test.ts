import { randomUUID } from "node:crypto";
import type { MastraDBMessage } from "@mastra/core/agent";
import type { MemoryStorage } from "@mastra/core/storage";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../testing/database.ts";
import { asCaller } from "./caller.ts";
import type { Database } from "./database.ts";
import { HeldLease, holding, LeaseLost } from "./held-lease.ts";
import { createThreads, type Threads } from "./threads.ts";

let database: Database;
let memory: MemoryStorage;
let threads: Threads;
beforeAll(async () => {
  database = await testDatabase();
  const store = await database.store.getStore("memory");
  if (!store) throw new Error("The store keeps no messages");
  memory = store;
  threads = createThreads(database.pool);
});
afterAll(() => database.close());

let clock = Date.UTC(2026, 0, 1);
const message = (threadId: string, resourceId: string, id: string, text: string): MastraDBMessage => {
  clock += 1_000;
  const content = { format: 2 as const, parts: [{ type: "text" as const, text }] };
  return { id, role: "user", threadId, resourceId, createdAt: new Date(clock), content };
};
const save = (...messages: MastraDBMessage[]) => memory.saveMessages({ messages });
const textOf = ({ content }: MastraDBMessage) =>
  content.parts.map((part) => ("text" in part ? part.text : "")).join("");
const said = async (threadId: string) => {
  const { messages } = await memory.listMessages({ threadId, perPage: false });
  return messages.map((one) => ({ id: one.id, text: textOf(one) }));
};
const thread = (id: string, resourceId: string, title = "", createdAt = new Date(clock)) => ({
  id,
  resourceId,
  title,
  createdAt,
  updatedAt: createdAt,
  metadata: { title },
});
/** Messages without a thread, or in one of another resource. */
const strayMessages = async () => {
  const { rows } = await database.pool.query(
    `select m.id from public.mastra_messages m where not exists
       (select 1 from public.mastra_threads t where t.id = m.thread_id and t."resourceId" = m."resourceId")`,
  );
  return rows;
};

describe("a message's id", () => {
  it("is a name within its thread, whatever is saved, replaced and removed elsewhere", async () => {
    const places = ["one", "two", "three"].flatMap((name) => [{ id: `p-${name}`, resource: `r-${name}` }]);
    for (const { id, resource } of places) await threads.claim({ thread: id, resource });
    const place = fc.constantFrom(...places);
    const id = fc.constantFrom("1", "2", "p-one:1", "");
    const step = fc.oneof(
      fc.record({ kind: fc.constant("save" as const), place, id, text: fc.string({ maxLength: 5 }) }),
      fc.record({ kind: fc.constant("remove" as const), place, id }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        await database.pool.query("delete from public.mastra_messages");
        const expected = new Map(places.map((one) => [one.id, new Map<string, string>()]));
        for (const one of steps) {
          const { id: threadId, resource } = one.place;
          if (one.kind === "save") {
            await save(message(threadId, resource, one.id, one.text));
            expected.get(threadId)?.set(one.id, one.text);
          } else {
            await asCaller({ resource, thread: threadId }, () => memory.deleteMessages([one.id]));
            expected.get(threadId)?.delete(one.id);
          }
        }
        for (const { id: threadId } of places) {
          const texts = new Map((await said(threadId)).map((one) => [one.id, one.text]));
          expect(texts).toEqual(expected.get(threadId));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("finds the caller's message and nobody else's", async () => {
    await threads.claim({ thread: "finds", resource: "ada" });
    await threads.claim({ thread: "other", resource: "bob" });
    await save(message("finds", "ada", "7", "hers"));
    await save(message("other", "bob", "7", "his"));
    const find = () => memory.listMessagesById({ messageIds: ["7"] });
    expect((await find()).messages).toEqual([]);
    const found = await asCaller({ resource: "ada", thread: "finds" }, find);
    expect(found.messages.map((one) => [one.id, textOf(one)])).toEqual([["7", "hers"]]);
    expect((await asCaller({ resource: "bob", thread: "finds" }, find)).messages).toEqual([]);
    expect((await asCaller({ resource: "ada", thread: undefined }, find)).messages).toEqual([]);
  });

  it("includes what is around it in its own thread only", async () => {
    await threads.claim({ thread: "around", resource: "ada" });
    await threads.claim({ thread: "apart", resource: "bob" });
    await save(message("around", "ada", "a", "before"), message("around", "ada", "b", "it"));
    await save(message("apart", "bob", "a", "his"), message("apart", "bob", "c", "his too"));
    const included = async (id: string) => {
      const include = [{ id, threadId: "apart", withPreviousMessages: 5, withNextMessages: 5 }];
      return (await memory.listMessages({ threadId: "around", perPage: 0, include })).messages.map((one) => one.id);
    };
    expect(await included("b")).toEqual(["a", "b"]);
    expect(await included("c")).toEqual([]);
  });

  it("changes the caller's message, which stays in its thread", async () => {
    await threads.claim({ thread: "changes", resource: "ada" });
    await threads.claim({ thread: "steals", resource: "bob" });
    await save(message("changes", "ada", "1", "hers"));
    await save(message("steals", "bob", "1", "his"));
    const change = { id: "1", threadId: "steals", resourceId: "bob", role: "assistant" as const };
    const changed = await asCaller({ resource: "ada", thread: "changes" }, () =>
      memory.updateMessages({ messages: [change] }),
    );
    expect(changed.map(({ id, threadId, role }) => [id, threadId, role])).toEqual([["1", "changes", "assistant"]]);
    expect(await said("steals")).toEqual([{ id: "1", text: "his" }]);
  });

  it("that an earlier agent wrote is the same message: read, replaced, included and removed", async () => {
    await threads.claim({ thread: "old", resource: "ada" });
    await threads.claim({ thread: "new", resource: "bob" });
    await database.pool.query(
      `insert into public.mastra_messages (id, thread_id, content, "createdAt", "createdAtZ", role, type, "resourceId")
       values ('bare', 'old', '{"format":2,"parts":[{"type":"text","text":"long ago"}]}', '2026-01-01', '2026-01-01', 'user', 'v2', 'ada')`,
    );
    await save(message("new", "bob", "bare", "his"));
    expect(await said("old")).toEqual([{ id: "bare", text: "long ago" }]);
    await save(message("old", "ada", "bare", "now"));
    expect(await said("old")).toEqual([{ id: "bare", text: "now" }]);
    const around = await memory.listMessages({ threadId: "old", perPage: 0, include: [{ id: "bare" }] });
    expect(around.messages.map(({ id }) => id)).toEqual(["bare"]);
    await asCaller({ resource: "ada", thread: "old" }, () => memory.deleteMessages(["bare"]));
    expect([await said("old"), await said("new")]).toEqual([[], [{ id: "bare", text: "his" }]]);
  });
});

describe("a message", () => {
  it("goes into no thread of another resource and into none that isn't there, and then none of its save does", async () => {
    await threads.claim({ thread: "hers", resource: "ada" });
    const own = message("hers", "ada", "1", "mine");
    for (const stray of [message("hers", "bob", "2", "not mine"), message("nowhere", "ada", "2", "lost")]) {
      await expect(save(own, stray)).rejects.toThrow("belongs to another resource or is gone");
      expect(await said("hers")).toEqual([]);
    }
  });
});

describe("a thread", () => {
  it("keeps its resource, and what it is, when it is made again", async () => {
    const made = thread("made", "ada", "first");
    await memory.saveThread({ thread: made });
    await expect(memory.saveThread({ thread: thread("made", "bob", "taken") })).rejects.toThrow("another resource");
    const again = thread("made", "ada", "second", new Date(clock + 1));
    expect(await memory.saveThread({ thread: again })).toMatchObject({ title: "first", createdAt: made.createdAt });
    expect(await memory.saveThread({ thread: { ...made, title: "changed" } })).toMatchObject({ title: "changed" });
    expect(await memory.getThreadById({ threadId: "made" })).toMatchObject({ resourceId: "ada", title: "changed" });
  });

  it("is changed, removed and copied for its own resource alone, and moved for nobody", async () => {
    await memory.saveThread({ thread: thread("own", "ada", "mine") });
    await save(message("own", "ada", "1", "hers"));
    const others: (() => Promise<unknown>)[] = [
      () => memory.updateThread({ id: "own", title: "taken", metadata: {} }),
      () => memory.deleteThread({ threadId: "own" }),
      () => memory.copyThread({ sourceThreadId: "own", newThreadId: "copy" }),
    ];
    for (const way of others) {
      await expect(asCaller({ resource: "bob", thread: "own" }, way)).rejects.toThrow("another resource");
      await expect(way()).rejects.toThrow("for nobody");
    }
    const owner = { resource: "ada", thread: "own" };
    await expect(
      asCaller(owner, () => memory.updateThreadResourceId({ threadId: "own", resourceId: "bob" })),
    ).rejects.toThrow("another resource");
    await expect(
      asCaller(owner, () => memory.copyThread({ sourceThreadId: "own", newThreadId: "copy", resourceId: "bob" })),
    ).rejects.toThrow("another resource");
    expect(await memory.getThreadById({ threadId: "own" })).toMatchObject({ resourceId: "ada", title: "mine" });

    const changed = await asCaller(owner, () => memory.updateThread({ id: "own", title: "new", metadata: { a: 1 } }));
    expect(changed).toMatchObject({ title: "new", metadata: { title: "mine", a: 1 } });
    await asCaller(owner, () => memory.copyThread({ sourceThreadId: "own", newThreadId: "copy" }));
    expect((await said("copy")).map(({ text }) => text)).toEqual(["hers"]);
    await asCaller(owner, () => memory.deleteThread({ threadId: "own" }));
    expect([await memory.getThreadById({ threadId: "own" }), await said("own")]).toEqual([null, []]);
  });

  it("that is removed and made anew by another in the middle of saves holds nothing of the one before", async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = `busy-${round}`;
      await threads.claim({ thread: id, resource: "ada" });
      const saves = Array.from({ length: 8 }, (_, count) => save(message(id, "ada", `${count}`, "hers")));
      const taken = asCaller({ resource: "ada", thread: id }, () => memory.deleteThread({ threadId: id }))
        .then(() => threads.claim({ thread: id, resource: "bob" }))
        .then(() => save(message(id, "bob", "1", "his")));
      await Promise.allSettled([...saves, taken]);
      expect(await said(id)).toEqual([{ id: "1", text: "his" }]);
    }
    expect(await strayMessages()).toEqual([]);
  });

  it("of many claims at once becomes one resource's, and the others are told", async () => {
    for (let round = 0; round < 10; round += 1) {
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, count) => threads.claim({ thread: `claimed-${round}`, resource: `r${count}` })),
      );
      expect(claims.toSorted()).toEqual(["new", ...Array.from({ length: 7 }, () => "other")]);
      const owner = await threads.ownerOf(`claimed-${round}`);
      expect(owner).toBe(`r${claims.indexOf("new")}`);
      expect(await threads.claim({ thread: `claimed-${round}`, resource: owner ?? "" })).toBe("own");
    }
  });
});

describe("a turn that was away for so long that another one has its thread", () => {
  it("writes nothing of the thread and its messages, and is told so", async () => {
    const lease = { thread: "fenced", holder: randomUUID() };
    await threads.claim({ thread: "fenced", resource: "r", title: "before" });
    await save(message("fenced", "r", "1", "before"));
    const caller = { resource: "r", thread: "fenced" };
    const found = await memory.getThreadById({ threadId: "fenced" });
    if (!found) throw new Error("The thread is there");
    const renamed = { ...found, title: "after" };
    const content = { format: 2 as const, parts: [{ type: "text" as const, text: "after" }], content: "after" };
    const writes: Readonly<Record<string, () => Promise<unknown>>> = {
      saveMessages: () => save(message("fenced", "r", "1", "after"), message("fenced", "r", "2", "after")),
      updateMessages: () => memory.updateMessages({ messages: [{ id: "1", content }] }),
      deleteMessages: () => memory.deleteMessages(["1"]),
      saveThread: () => memory.saveThread({ thread: renamed }),
      updateThread: () => memory.updateThread({ id: "fenced", title: "after", metadata: {} }),
    };
    const state = async () => ({
      messages: await said("fenced"),
      title: (await memory.getThreadById({ threadId: "fenced" }))?.title,
    });
    const before = await state();
    for (const [name, write] of Object.entries(writes)) {
      const held = new HeldLease(lease.thread, lease.holder);
      await expect(
        holding(held, () => asCaller(caller, write)),
        name,
      ).rejects.toThrow(LeaseLost);
      expect(held.isLost, name).toBe(true);
      expect(await state(), name).toEqual(before);
    }

    const instance = randomUUID();
    await database.pool.query("insert into flame.thread_leases (thread, holder, instance) values ($1, $2, $3)", [
      lease.thread,
      lease.holder,
      instance,
    ]);
    const held = new HeldLease(lease.thread, lease.holder);
    for (const name of ["updateThread", "saveMessages", "updateMessages"])
      await holding(held, () => asCaller(caller, async () => writes[name]?.()));
    expect(await state()).toEqual({
      title: "after",
      messages: [
        { id: "1", text: "after" },
        { id: "2", text: "after" },
      ],
    });
    await holding(held, () => asCaller(caller, async () => writes.deleteMessages?.()));
    expect((await state()).messages).toEqual([{ id: "2", text: "after" }]);
    expect(held.isLost).toBe(false);
  });
});
