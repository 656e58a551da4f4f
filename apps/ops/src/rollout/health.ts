import { setTimeout as delay } from "node:timers/promises";
import type { Container } from "dockerode";
import type { StandaloneContainer } from "../../../../components/orchestration/index.ts";

/** What is asked of a container, and how long it may take to answer well. */
type Checked = Pick<StandaloneContainer, "healthCheck" | "startupSeconds">;

/**
 * Waits until a container is healthy. Its check is run here: Podman's own needs systemd.
 * Throws where it ends, where it is started anew, or where it takes longer than its start may.
 */
export async function untilHealthy(container: Container, { healthCheck, startupSeconds }: Checked): Promise<void> {
  const life = await lifeOf(container);
  const end = performance.now() + startupSeconds * 1000;
  while (!(await checkHealth(container, healthCheck.command))) {
    await requireSameLife(container, life);
    if (performance.now() > end) throw new Error(`it isn't healthy after ${startupSeconds} s`);
    await delay(CHECK_PAUSE_MILLISECONDS);
  }
  await requireSameLife(container, life);
}

/** Watches a healthy container for a while. Throws where it ends, starts anew, or fails its check as often as it may. */
export async function watch(container: Container, { healthCheck }: Checked, seconds: number): Promise<void> {
  const life = await lifeOf(container);
  const end = performance.now() + seconds * 1000;
  let failed = 0;
  while (performance.now() < end) {
    await delay(CHECK_PAUSE_MILLISECONDS);
    await requireSameLife(container, life);
    failed = (await checkHealth(container, healthCheck.command)) ? 0 : failed + 1;
    if (failed >= healthCheck.retries) throw new Error(`its health check failed ${failed} times in a row`);
  }
}

const CHECK_PAUSE_MILLISECONDS = 1000;

/** Whether a command within a container ends well. */
export async function checkHealth(container: Container, command: readonly string[]): Promise<boolean> {
  if (command.length === 0) return (await container.inspect()).State.Running;
  try {
    const check = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
    const stream = await check.start({});
    stream.resume();
    await new Promise((resolve) => stream.once("close", resolve).once("end", resolve));
    const { ExitCode, Running } = await check.inspect();
    return !Running && ExitCode === 0;
  } catch {
    // A container that has just ended can't be asked: its state says the rest.
    return false;
  }
}

interface Life {
  readonly startedAt: string;
  readonly restarts: number;
}

async function lifeOf(container: Container): Promise<Life> {
  const { State, RestartCount } = await container.inspect();
  return { startedAt: State.StartedAt, restarts: RestartCount };
}

async function requireSameLife(container: Container, life: Life): Promise<void> {
  const { State, RestartCount } = await container.inspect();
  if (!State.Running) throw new Error(`it ended with code ${State.ExitCode}`);
  if (State.StartedAt !== life.startedAt || RestartCount !== life.restarts)
    throw new Error("it ended and was started anew");
}
