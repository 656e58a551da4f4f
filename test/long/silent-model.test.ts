import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { haproxyConfiguration } from "../../components/traffic/index.ts";
import { freePort } from "../engines/free-port.ts";
import { haveHaproxy } from "../engines/haproxy-found.ts";
import { startNameServer } from "../engines/name-server.ts";
import { startAgentProcess } from "../support/agent/agent-process.ts";
import { endWithSuite } from "../support/agent/end-with-suite.ts";
import { startModelServer } from "../support/agent/model-server.ts";
import { followTurn } from "../support/agent/turn-follower.ts";
import { until } from "../support/agent/until.ts";

const IDLE_SECONDS = 30;
const SILENT_SECONDS = 100;
const NAMES = "127.78.0.1";

/** The planned proxy with an idle timeout of 30 s before an agent whose model says nothing for 100 s. */
async function silentTurn(heartbeatSeconds: number) {
  const undo = new AsyncDisposableStack();
  onTestFinished(() => undo.disposeAsync());
  const model = undo.use(await startModelServer({ seed: 100 }));
  model.faults.add({ kind: "slow", firstTokenMilliseconds: SILENT_SECONDS * 1000 });
  const agentPort = await freePort();
  const agent = undo.use(
    startAgentProcess({
      variables: {
        ...model.variables,
        FLAME_HOST: "127.0.0.1",
        FLAME_ALLOWED_HOSTS: "agents.test",
        FLAME_PORT: `${agentPort}`,
        FLAME_TURN_HEARTBEAT_SECONDS: `${heartbeatSeconds}`,
        FLAME_MODEL_FIRST_TOKEN_SECONDS: `${SILENT_SECONDS + 30}`,
      },
    }),
  );
  await agent.ready();
  undo.use(await startNameServer(NAMES, ["127.0.0.1"]));
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "flame-silence-"));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "haproxy.cfg");
  const route = {
    name: "agent",
    bind: `127.0.0.1:${port}`,
    certificate: undefined,
    target: "agents.test",
    targetPort: agentPort,
    replicasMax: 1,
    readyPath: "/ready",
    checkIntervalSeconds: 1,
    maxConnections: 100,
    timeoutSeconds: IDLE_SECONDS,
    drainSeconds: IDLE_SECONDS,
    nameServer: NAMES,
  };
  await writeFile(file, haproxyConfiguration(route));
  const proxy = spawn("haproxy", ["-W", "-f", file], { stdio: "ignore" });
  endWithSuite(proxy, "SIGTERM");
  undo.defer(async () => {
    const gone = new Promise((resolve) => proxy.once("exit", resolve));
    proxy.kill("SIGTERM");
    await gone;
  });
  const url = `http://127.0.0.1:${port}`;
  const ready = () =>
    fetch(`${url}/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until("the proxy knows the agent", ready, 20_000);
  const response = await fetch(`${url}/turns`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message: "Tell me of tides" }),
  });
  const started = performance.now();
  const stream = followTurn(response);
  const { whole } = await stream.over;
  return { url, whole, stream, seconds: (performance.now() - started) / 1000 };
}

it.runIf(await haveHaproxy())(
  "a model that is silent for 100 s ends its turn through a proxy that waits for 30 s",
  async () => {
    const { stream, whole, seconds } = await silentTurn(15);
    expect(seconds).toBeGreaterThan(SILENT_SECONDS);
    expect([whole, stream.events.at(-1)?.event]).toEqual([true, "end"]);
    expect(stream.heartbeats.length).toBeGreaterThanOrEqual(Math.floor(SILENT_SECONDS / 15));
  },
);

it.runIf(await haveHaproxy())(
  "a turn that such a proxy cut, since heartbeats came too seldom, is got back by its id",
  async () => {
    const { url, stream, seconds } = await silentTurn(200);
    expect(seconds).toBeLessThan(SILENT_SECONDS);
    expect(stream.events.at(-1)?.event).not.toBe("end");
    const turn = JSON.parse(stream.events[0]?.data ?? "{}").turn;
    const told = [...stream.events];
    const isOver = () => told.some(({ event }) => event === "end");
    await until(
      "the client has come back often enough",
      async () => {
        const response = await fetch(`${url}/turns/${turn}/events?after=${told.length}`).catch(() => undefined);
        if (response?.status === 200) {
          const again = followTurn(response);
          await again.over;
          told.push(...again.events);
        } else await response?.body?.cancel();
        return isOver();
      },
      (SILENT_SECONDS + 60) * 1000,
    );
    expect(told.map(({ id }) => id)).toEqual(told.map((_, index) => index + 1));
  },
);
