import { spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";
import Docker from "dockerode";
import { engineClient } from "../deploy/engine-client.ts";

/** An engine's client, of a socket here or of a host over SSH. Throws where the address is of another kind. */
export function openEngine(address: string): Docker {
  if (!address.startsWith("ssh://")) return engineClient({ socket: address });
  // The modem passes its agent on to Node; its types don't say so.
  const options: Docker.DockerOptions & { agent: Agent } = {
    protocol: "http",
    host: "engine",
    agent: new SshAgent(address),
  };
  return new Docker(options);
}

/**
 * Connections through OpenSSH's client, as Docker's own command makes them: its configuration, keys and known hosts are
 * those of whoever deploys, and a host whose key is not known is refused.
 */
class SshAgent extends Agent {
  readonly #parameters: readonly string[];

  constructor(address: string) {
    super({ keepAlive: false });
    this.#parameters = sshParameters(address);
  }

  override createConnection(): Duplex {
    const child = spawn("ssh", [...this.#parameters], { stdio: ["pipe", "pipe", "pipe"] });
    const connection = Duplex.from({ readable: child.stdout, writable: child.stdin });
    let said = "";
    child.stderr.on("data", (part: Buffer) => {
      said = (said + part.toString()).slice(-1000);
    });
    child.once("error", (error) => connection.destroy(error));
    child.once("exit", (code) => {
      if (code !== 0) connection.destroy(new Error(`ssh ended with ${code}: ${said.trim()}`));
    });
    connection.once("close", () => child.kill());
    return connection;
  }
}

/** What `ssh` is called with to reach the engine of a host such as `ssh://deploy@10.0.0.11:22`. */
export function sshParameters(address: string): string[] {
  const { username, hostname, port } = new URL(address);
  return [
    ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=15"],
    ...(port === "" ? [] : ["-p", port]),
    ...(username === "" ? [] : ["-l", username]),
    ...["--", hostname, "docker", "system", "dial-stdio"],
  ];
}
