import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { haproxyConfiguration, type ProxyRoute } from "../../components/traffic/index.ts";
import { endWithSuite } from "../support/agent/end-with-suite.ts";
import { until } from "../support/agent/until.ts";
import { startFarAgents } from "./far-agents.ts";
import { haveHaproxy } from "./haproxy-found.ts";
import { type NameServer, startNameServer } from "./name-server.ts";

const NAMES = "127.77.0.1";
const PORT = 14_411;
const URL_OF_PROXY = `http://127.77.0.2:${PORT}`;
const ROUTE: ProxyRoute = {
  name: "agent",
  bind: `127.77.0.2:${PORT}`,
  certificate: undefined,
  target: "agents.test",
  targetPort: 14_412,
  replicasMax: 4,
  readyPath: "/ready",
  checkIntervalSeconds: 1,
  maxConnections: 200,
  timeoutSeconds: 30,
  drainSeconds: 30,
  nameServer: NAMES,
};

/** An agent that only the proxy knows: ready or not, and with an answer of the test's own. */
interface Stub {
  readonly server: Server;
  ready: boolean;
  asked: number;
}

describe.skipIf(!(await haveHaproxy()))("HAProxy with the planned configuration", () => {
  let folder = "";
  let names: NameServer | undefined;
  let proxy: ChildProcess | undefined;
  const stubs: Stub[] = [];
  const file = () => join(folder, "haproxy.cfg");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "blueprint-haproxy-"));
  });

  afterEach(async () => {
    const child = proxy;
    proxy = undefined;
    if (child && child.exitCode === null) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
    }
    for (const { server } of stubs.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await names?.[Symbol.asyncDispose]();
    names = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function stub(
    address: string,
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<Stub> {
    const own: Stub = {
      ready: true,
      asked: 0,
      server: createServer((request, response) => {
        if (request.url === "/ready") {
          response.writeHead(own.ready && request.headers.host ? 200 : 503).end();
          return;
        }
        own.asked += 1;
        answer(request, response);
      }),
    };
    await new Promise<void>((resolve) => own.server.listen(ROUTE.targetPort, address, resolve));
    stubs.push(own);
    return own;
  }

  /** Starts the proxy before stubs at these addresses, and waits until it answers. */
  async function start(addresses: readonly string[]): Promise<void> {
    names = await startNameServer(NAMES, addresses);
    await writeFile(file(), haproxyConfiguration(ROUTE));
    const child = spawn("haproxy", ["-W", "-f", file()], { stdio: "ignore" });
    endWithSuite(child, "SIGTERM");
    proxy = child;
    await until("the proxy knows an agent", async () => (await ask("GET")).status === 200, 20_000);
  }

  const ask = (method: string, path = "/x") =>
    fetch(`${URL_OF_PROXY}${path}`, { method, ...(method === "POST" && { body: "{}" }) }).then(
      async (response) => ({ status: response.status, text: await response.text() }),
      (error: Error) => ({ status: 0, text: error.message }),
    );
  /** Asks for that long, reads and turns, and fails with the first answer that is a refusal. */
  const answersEverything = async (what: string, seconds: number) => {
    const end = performance.now() + seconds * 1000;
    await until(
      `${seconds} s ${what} have passed`,
      async () => {
        const answers = await Promise.all(["GET", "POST", "GET", "POST"].map((method) => ask(method)));
        expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
        return performance.now() > end;
      },
      (seconds + 10) * 1000,
    );
  };
  const says = (text: string) => (_: IncomingMessage, response: ServerResponse) => void response.end(text);

  it.each<{ what: string; changes: Partial<ProxyRoute> }>([
    { what: "as it is", changes: {} },
    { what: "with many replicas", changes: { replicasMax: 300 } },
    { what: "with long turns", changes: { timeoutSeconds: 3605, drainSeconds: 3605 } },
    { what: "with another name server", changes: { nameServer: "10.89.44.1", target: "tasks.flame-staging-agent" } },
  ])("is valid $what", async ({ changes }) => {
    await writeFile(file(), haproxyConfiguration({ ...ROUTE, ...changes }));
    const { all, exitCode } = await execa("haproxy", ["-c", "-f", file()], { all: true, reject: false });
    expect(all).not.toMatch(/WARNING|ALERT/);
    expect(exitCode).toBe(0);
  });

  it("sends a turn that a draining agent refuses to another one", async () => {
    await stub("127.77.0.11", (_, response) => void response.writeHead(503).end("draining"));
    await stub("127.77.0.12", says("whole"));
    await start(["127.77.0.11", "127.77.0.12"]);
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask("POST")));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(["200 whole"]));
  });

  it("asks again what HTTP calls safe where an agent ends without an answer, and never repeats a turn", async () => {
    const crashing = await stub("127.77.0.11", (request) => void request.socket.destroy());
    const other = await stub("127.77.0.12", says("whole"));
    await start(["127.77.0.11", "127.77.0.12"]);
    const reads = await Promise.all(Array.from({ length: 40 }, () => ask("GET")));
    expect(reads.filter(({ status }) => status !== 200)).toEqual([]);
    expect(crashing.asked).toBeGreaterThan(0);

    const before = crashing.asked + other.asked;
    const turns = await Promise.all(Array.from({ length: 40 }, () => ask("POST")));
    expect(turns.some(({ status }) => status !== 200)).toBe(true);
    expect(crashing.asked + other.asked - before).toBe(40);
  });

  it("passes each part of a stream on when it comes", async () => {
    const parts = Promise.withResolvers<ServerResponse>();
    await stub("127.77.0.11", (request, response) => {
      if (request.method === "GET") return void response.end();
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("one");
      parts.resolve(response);
    });
    await start(["127.77.0.11"]);
    const response = await fetch(URL_OF_PROXY, { method: "POST", body: "{}" });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("one");
    (await parts.promise).end("two");
    expect((await reader?.read())?.value).toBe("two");
  });

  it("takes a reload without dropping a stream or refusing a request", async () => {
    const stream = Promise.withResolvers<ServerResponse>();
    await stub("127.77.0.11", (request, response) => {
      if (request.method === "GET") return void response.end("ok");
      response.write("begun ");
      stream.resolve(response);
    });
    await start(["127.77.0.11"]);
    const turn = fetch(URL_OF_PROXY, { method: "POST", body: "{}" }).then((response) => response.text());
    const response = await stream.promise;
    await writeFile(file(), haproxyConfiguration({ ...ROUTE, maxConnections: 300 }));
    proxy?.kill("SIGUSR2");
    const statuses: number[] = [];
    const end = performance.now() + 4000;
    // The same address is served by the old and then by the new process.
    await until("four seconds of requests have passed", async () => {
      statuses.push((await ask("GET")).status);
      return performance.now() > end;
    });
    response.end("and ended");
    expect(await turn).toBe("begun and ended");
    // A new process knows no agent until its first look: what comes then waits or is asked again, not refused.
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it("leaves an agent that isn't ready alone, and refuses nothing when none is", async () => {
    const first = await stub("127.77.0.11", says("first"));
    const second = await stub("127.77.0.12", says("second"));
    await start(["127.77.0.11", "127.77.0.12"]);
    first.ready = false;
    await until("the first is left alone", async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask("GET")));
      return answers.every(({ text }) => text === "second");
    });
    second.ready = false;
    await answersEverything("without a ready agent", 6);
    // Either kind of request hears of it by checks of its own, at times of their own.
    second.ready = true;
    await answersEverything("with an agent that is ready again", 4);
  });

  it("keeps what HTTP calls safe for the agent that follows a crashed one, which the names tell late", async () => {
    await using far = await startFarAgents(["first", "second"], ROUTE.targetPort);
    const [first, second] = far.agents;
    await start([first?.address ?? ""]);
    const counts = async () => JSON.parse((await ask("GET", "/counts")).text);
    await until("both backends have checked the first", async () => (await counts()).checks >= 2);
    const asked = ask("GET", "/wait");
    await until("the first has the request", async () => (await counts()).waiting === 1);
    await first?.crash();
    const crashed = performance.now();
    // Its connection broke, which costs one try at once; what comes after is refused.
    names?.answer([]);
    await until("the names tell of no agent for a while", () => performance.now() - crashed > 2000);
    names?.answer([second?.address ?? ""]);
    expect(await asked).toEqual({ status: 200, text: "second" });
  });

  it("follows the names: a new agent is asked, one that is gone isn't", async () => {
    await stub("127.77.0.11", says("old"));
    await stub("127.77.0.12", says("new"));
    await start(["127.77.0.11"]);
    expect((await ask("GET")).text).toBe("old");
    names?.answer(["127.77.0.12"]);
    await until("the new one alone is asked", async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask("GET")));
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      return answers.every(({ text }) => text === "new");
    });
  });
});
