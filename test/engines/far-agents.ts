import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { endWithSuite } from "../support/agent/end-with-suite.ts";
import { freeNetwork, ip } from "./networks.ts";

/** An agent of its own process, and how it ends without a word. */
interface FarAgent {
  readonly address: string;
  crash(): Promise<void>;
}

export interface FarAgents extends AsyncDisposable {
  readonly agents: readonly FarAgent[];
}

/** Says its name; the one that is to crash keeps `/wait` without an answer, and says at `/counts` what it was asked. */
const AGENT = `
const [address, port, name, waits] = process.argv.slice(1);
const counts = { checks: 0, waiting: 0 };
require("node:http").createServer((request, response) => {
  if (request.url === "/ready") counts.checks += 1;
  if (request.url === "/wait" && waits === "waits") return void (counts.waiting += 1);
  response.end(request.url === "/counts" ? JSON.stringify(counts) : name);
}).listen(Number(port), address);
`;

/**
 * Agents behind a link, as on another host: a connection is refused there after a moment, and HAProxy pauses before it
 * tries again. On loopback it is refused at once, and HAProxy tries again without a pause. The first one keeps `/wait`.
 */
export async function startFarAgents(names: readonly string[], port: number): Promise<FarAgents> {
  await using undo = new AsyncDisposableStack();
  const space = `bp${randomBytes(3).toString("hex")}`;
  const network = freeNetwork();
  await ip("netns", "add", space);
  undo.defer(() => ip("netns", "del", space));
  await ip("link", "add", `${space}o`, "type", "veth", "peer", "name", `${space}i`, "netns", space);
  await ip("address", "add", `${network}.1/24`, "dev", `${space}o`);
  await ip("link", "set", `${space}o`, "up");
  await ip("-n", space, "link", "set", `${space}i`, "up");

  const agents: FarAgent[] = [];
  for (const [index, name] of names.entries()) {
    const address = `${network}.${11 + index}`;
    await ip("-n", space, "address", "add", `${address}/24`, "dev", `${space}i`);
    const parameters = [address, `${port}`, name, index === 0 ? "waits" : "answers"];
    const child = spawn("ip", ["netns", "exec", space, process.execPath, "--eval", AGENT, ...parameters], {
      stdio: "ignore",
    });
    endWithSuite(child, "SIGKILL");
    const crash = () => killed(child);
    undo.defer(crash);
    agents.push({ address, crash });
  }
  const owned = undo.move();
  return { agents, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}
