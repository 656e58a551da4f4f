import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { expireApprovals } from "../approvals/approvals.ts";
import { sweepAnswers } from "../cache/answers.ts";
import { describeError, type Logger } from "../log.ts";
import { forgetSummaries } from "../memory/summaries.ts";
import { forgetEvents } from "../turn-log/index.ts";
import { forgetLeases } from "../turns/thread-leases.ts";
import { APPROVAL_EXPIRED } from "./failure.ts";
import type { ChatMetrics } from "./metrics.ts";
import { forgetRuns, forgetTurnKeys, forgetTurns, interruptOrphans } from "./records.ts";

/** Pause between two signs of life of an instance, in milliseconds. */
const BEAT_MILLISECONDS = 3_000;
/** An instance that gave no sign for this long is gone, in seconds: five beats, so that a pause of the process isn't one. */
export const ALIVE_SECONDS = 15;
/** Beats between two clean-ups of what is old: about once in ten minutes; of events, of which there are many, in one. */
const BEATS_PER_CLEANUP = 200;
const BEATS_PER_EVENT_CLEANUP = 20;

export interface UpkeepOptions {
  /** True: no other instance can share the database, so that every other one is gone already. */
  readonly alone: boolean;
  readonly turnRetentionDays: number;
  readonly eventRetentionSeconds: number;
}

/** The part of upkeep that runs turns depend on. */
export interface Instance {
  /** Names this process among those that share the database. */
  readonly id: string;
  /** Begins the beats. `settle` is called with each one. */
  keepUp(settle: () => Promise<void>, metrics: ChatMetrics): void;
  /** Ends the beats and says that this instance is gone. */
  stop(): Promise<void>;
}

/**
 * Enters this process among the instances, and marks turns whose process is gone as interrupted: now, and with each
 * beat for as long as it lives.
 */
export async function enterInstance(pool: Pool, log: Logger, options: UpkeepOptions): Promise<Instance> {
  const id = randomUUID();
  await pool.query("insert into flame.instances (id) values ($1)", [id]);
  if (options.alone) await pool.query("delete from flame.instances where id <> $1", [id]);
  await recover(pool, log);

  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let beats = 0;
  let stopped = false;

  return {
    id,
    keepUp(settle, metrics) {
      const beat = async () => {
        try {
          await pool.query(
            "insert into flame.instances (id) values ($1) on conflict (id) do update set seen_at = now()",
            [id],
          );
          await settle();
          await recover(pool, log);
          metrics.countApproval("expired", await expireApprovals(pool, APPROVAL_EXPIRED));
          if (beats % BEATS_PER_EVENT_CLEANUP === 0) await forgetEvents(pool, options.eventRetentionSeconds);
          if (beats % BEATS_PER_CLEANUP === 0) await cleanUp(pool, options.turnRetentionDays);
          beats += 1;
        } catch (error) {
          log.warn({ error: describeError(error) }, "upkeep failed, it is tried again");
        }
      };
      const next = () => {
        timer = setTimeout(() => {
          running = beat().then(() => {
            if (!stopped) next();
          });
        }, BEAT_MILLISECONDS);
        timer.unref();
      };
      next();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      await pool.query("delete from flame.instances where id = $1", [id]).catch((error: unknown) => {
        log.warn({ error: describeError(error) }, "instance not signed off");
      });
    },
  };
}

async function recover(pool: Pool, log: Logger): Promise<void> {
  await forgetLeases(pool, ALIVE_SECONDS);
  const interrupted = await interruptOrphans(pool, ALIVE_SECONDS);
  if (interrupted > 0) log.warn({ turns: interrupted }, "turns of an instance that is gone can be resumed");
}

async function cleanUp(pool: Pool, turnRetentionDays: number): Promise<void> {
  await sweepAnswers(pool);
  await forgetTurnKeys(pool);
  await forgetTurns(pool, turnRetentionDays);
  await forgetRuns(pool);
  await forgetSummaries(pool);
  // An embedded database has nobody else who tells its planner what there is.
  await pool.query("analyze flame.passages, flame.cached_answers");
  await pool.query("delete from flame.instances where seen_at < now() - interval '1 day'");
}
