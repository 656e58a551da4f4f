import { readFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { atEndOfTest } from "./at-end.ts";
import { placed } from "./database.ts";
import { until } from "./folder.ts";
import { largeModel } from "./large-model.ts";
import { testProcess } from "./process.ts";

const MIB = 1024 ** 2;
/** Pause between two looks at a process, in milliseconds. */
const LOOK_MILLISECONDS = 1_000;
/** Looks in a row with nothing more sent, after which the model counts as held back. */
const RESTS = 3;

const parts = [{ type: "text", text: "hi" }];
const memory = () => ({ thread: crypto.randomUUID(), resource: "r" });

/** The routes that stream a turn, each with a request for one in a thread of its own. */
export const STREAMING_ROUTES = [
  { path: "/turns", body: () => ({ message: "hi" }) },
  { path: "/chat", body: () => ({ id: crypto.randomUUID(), messages: [{ id: "1", role: "user", parts }] }) },
  {
    path: "/api/agents/flame/stream",
    body: () => ({ messages: [{ role: "user", content: "hi" }], memory: memory() }),
  },
] as const;

/** What a process did for clients that read nothing. */
export interface SlowReaders {
  /** How its clients were answered. */
  readonly statuses: readonly number[];
  /** The most memory that it had, in MiB. */
  readonly highestMiB: number;
  /** How much more memory it had at most than before they came, in MiB. */
  readonly growthMiB: number;
  /**
   * How much of that came in the second half of the time that its model was held back, in MiB: what is collected late
   * may still come in the first.
   */
  readonly heldGrowthMiB: number;
}

/**
 * Has so many clients ask an agent's process for an answer of 20 MB, of which they read nothing, until nothing more
 * comes of it and for so many seconds after that.
 */
export async function slowReaders(
  { path, body }: (typeof STREAMING_ROUTES)[number],
  {
    clients,
    boundMilliseconds,
    heldSeconds,
    within = [],
  }: {
    readonly clients: number;
    readonly boundMilliseconds: number;
    readonly heldSeconds: number;
    /** The command that the process is run by, such as one that bounds its memory. */
    readonly within?: readonly string[];
  },
): Promise<SlowReaders> {
  const model = await largeModel({ bytes: 20 * MIB, piece: "0123456789abcdef".repeat(64) });
  const process = testProcess(
    "main.ts",
    await placed({
      ...model.variables,
      FLAME_PORT: "0",
      FLAME_RATE_LIMIT_PER_MINUTE: "0",
      FLAME_TURN_MAX_SECONDS: "1800",
      FLAME_SHED_EVENT_LOOP_MILLISECONDS: "60000",
    }),
    atEndOfTest,
    [],
    within,
  );
  const client = await process.ready();
  await client.turn("hi");
  const { pid } = process.child;
  const before = residentMiB(pid);
  const asked = Array.from({ length: clients }, () => askAndIdle(`${client.url}${path}`, body()));
  await until("all are answered", () => asked.every(({ status }) => status() !== undefined), boundMilliseconds);
  let [highest, highestBeforeHeld] = [before, before];
  let rests = 0;
  for (let sent = -1; rests < RESTS + heldSeconds; await delay(LOOK_MILLISECONDS)) {
    highest = Math.max(highest, residentMiB(pid));
    if (rests <= RESTS + heldSeconds / 2) highestBeforeHeld = highest;
    rests = sent === model.sent() ? rests + 1 : 0;
    sent = model.sent();
  }
  for (const { leave } of asked) leave();
  await until("it takes turns", async () => (await client.status("/ready")) === 200, boundMilliseconds);
  return {
    statuses: asked.map(({ status }) => status() ?? 0),
    highestMiB: Math.round(highest),
    growthMiB: Math.round(highest - before),
    heldGrowthMiB: Math.round(highest - highestBeforeHeld),
  };
}

function residentMiB(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Asks, and reads nothing of the answer but its head. */
function askAndIdle(url: string, body: object) {
  const asking = request(url, { method: "POST", headers: { "content-type": "application/json" } });
  let status: number | undefined;
  asking.on("response", (response) => {
    status = response.statusCode;
    response.on("error", () => {}).pause();
  });
  asking.on("error", () => {});
  asking.end(JSON.stringify(body));
  return { status: () => status, leave: () => asking.destroy() };
}
