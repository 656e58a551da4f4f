import { setTimeout as delay } from "node:timers/promises";
import { type AgentFigures, readAgentMetrics } from "./agent-metrics.ts";
import { reasonOf } from "./failure.ts";

/** What an agent's HTTP interface answers: its status, or why there is none. */
export type Probe =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "silent"; readonly reason: string };

/** Pause between two looks at whether the agent is ready. */
const READY_EVERY_MS = 200;
/** Longest wait for one answer while it starts, or for its figures. */
const ANSWER_MS = 2000;

/** Asks for a path; an answer that doesn't come within the time counts as silence. */
export async function probe(url: string, milliseconds = ANSWER_MS): Promise<Probe> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(milliseconds) });
    await response.body?.cancel();
    return { kind: "answered", status: response.status };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: "silent", reason: reasonOf(cause) };
  }
}

/** Waits until the agent takes turns. `false` where it doesn't within the time, or before the signal. */
export async function untilReady(url: string, seconds: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline && !signal.aborted) {
    const answer = await probe(url);
    if (answer.kind === "answered" && answer.status === 200) return true;
    await delay(READY_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/** The agent's figures; `undefined` where it doesn't tell them. `token` is sent where the agent asks for one. */
export async function askFigures(url: string, token: string | undefined): Promise<AgentFigures | undefined> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    return response.ok ? readAgentMetrics(await response.text()) : undefined;
  } catch {
    return undefined;
  }
}
