import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex, type Readable, type Writable } from "node:stream";
import Docker from "dockerode";
import { engineClient } from "../engine-client.ts";

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
    return new SshConnection(this.#parameters);
  }
}

/** The input and output of a program on another host. It ends with what SSH said where it couldn't connect. */
class SshConnection extends Duplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  constructor(parameters: readonly string[]) {
    super();
    this.#child = spawn("ssh", [...parameters], { stdio: ["pipe", "pipe", "pipe"] });
    const { stdin, stdout, stderr } = this.#child;
    let said = "";
    stderr.on("data", (part: Buffer) => {
      said = (said + part.toString()).slice(-1000);
    });
    stdout.on("data", (part: Buffer) => {
      if (!this.push(part)) stdout.pause();
    });
    // Whoever writes to a program that has ended learns why from its end.
    stdin.on("error", () => undefined);
    this.#child.once("error", (error) => this.destroy(error));
    this.#child.once("close", (code) => {
      if (code === 0) this.push(null);
      else this.destroy(new Error(`ssh ended with ${code}: ${said.trim()}`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(part: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(part, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
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
