import { Hono } from "hono";
import { expect, it } from "vitest";
import { createLog } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import type { ThreadLease } from "../turns/thread-leases.ts";
import { Turns } from "../turns/turns.ts";
import type { AgentEnv } from "./env.ts";
import { holdThread } from "./hold-thread.ts";

const THREAD = { resource: "default:r", thread: "default:t" };

/** Sends a message into a thread whose turn runs, and asks twice whether it had to be said anew. */
async function sent({ isKept, isFree = true }: { readonly isKept: boolean; readonly isFree?: boolean }) {
  const said: unknown[] = [];
  const asked: boolean[] = [];
  const lines: string[] = [];
  const lease: ThreadLease = {
    during: (work) => work(),
    duringAll: (work) => work(),
    stoppedBy: () => {},
    isLost: false,
    row: { thread: THREAD.thread, holder: "h" },
    givenBack: () => {},
    release: async () => {},
  };
  const turn = new Turns(createMetrics(), 60).begin();
  const app = new Hono<AgentEnv>();
  app.use(
    async (context, next) => {
      context.set("owned", THREAD);
      context.set("counted", turn);
      await next();
      for (let ask = 0; ask < 2; ask += 1) asked.push((await context.get("sayAgain")?.()) === true);
    },
    holdThread({
      leases: { take: async () => (isFree ? lease : undefined) },
      agent: {
        sendMessage: (message: unknown, name: unknown) => {
          said.push({ message, name });
          return { accepted: Promise.resolve() };
        },
        cancelQueuedMessages: () => {},
      },
      runs: { isActive: () => true, isSuspended: () => false },
      records: { endIn: async () => {}, waitsIn: async () => false },
      threads: { has: async () => isKept },
      log: createLog("info", { write: (line) => lines.push(line) }),
    }),
  );
  app.post("/api/agents/flame/send-message", (context) => context.json({ accepted: true, signal: { id: "s1" } }));
  await app.request("/api/agents/flame/send-message", {
    method: "POST",
    body: JSON.stringify({ message: "heron", threadId: "t", resourceId: "r" }),
  });
  turn.end("completed");
  return { said, asked, lines };
}

it("a message that went to a running turn and is in its thread isn't said again", async () => {
  expect(await sent({ isKept: true })).toEqual({ said: [], asked: [false, false], lines: [] });
});

it("a message that its thread hasn't is said anew, once", async () => {
  const name = { resourceId: THREAD.resource, threadId: THREAD.thread };
  expect(await sent({ isKept: false })).toEqual({
    said: [{ message: "heron", name }],
    asked: [true, false],
    lines: [],
  });
});

it("a message that can't be said anew is told to who runs the agent", async () => {
  const { said, asked, lines } = await sent({ isKept: false, isFree: false });
  expect([said, asked]).toEqual([[], [false, false]]);
  expect(lines[0]).toContain("may be lost");
});
