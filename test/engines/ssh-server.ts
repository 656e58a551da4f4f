import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { endWithSuite } from "../support/agent/end-with-suite.ts";
import { until } from "../support/agent/until.ts";

/** A real sshd on an address of loopback, whose sessions reach one engine. */
export interface SshServer extends AsyncDisposable {
  /** Address as a plan has it. */
  readonly address: string;
  /** Folder that stands in for a user's home: its `.ssh` knows the server and holds the user's key. */
  readonly home: string;
}

/**
 * Starts sshd with a host key and a user key of its own. Sessions run with `DOCKER_HOST` of the engine, as a host's
 * own do by default. `known: false`: the client doesn't know the host's key.
 */
export async function startSshServer(
  host: string,
  port: number,
  socket: string,
  { known = true }: { readonly known?: boolean } = {},
): Promise<SshServer> {
  const home = await mkdtemp(join(tmpdir(), "blueprint-ssh-"));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(home, { recursive: true, force: true }));
  const own = (name: string) => join(home, name);
  await mkdir(own(".ssh"), { mode: 0o700 });
  for (const key of ["host-key", ".ssh/id_ed25519"]) {
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "suite", "-f", own(key)]);
  }
  await writeFile(own("authorized_keys"), await readFile(own(".ssh/id_ed25519.pub")), { mode: 0o600 });
  const hostKey = (await readFile(own("host-key.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
  await writeFile(own(".ssh/known_hosts"), known ? `[${host}]:${port} ${hostKey}\n` : "");
  // OpenSSH's client takes the home of the account, whatever HOME says: its own settings are named to it.
  const settings = [
    `IdentityFile ${own(".ssh/id_ed25519")}`,
    `UserKnownHostsFile ${own(".ssh/known_hosts")}`,
    "IdentitiesOnly yes",
    "StrictHostKeyChecking yes",
  ];
  await writeFile(own(".ssh/config"), `Host ${host}\n${settings.map((line) => `  ${line}\n`).join("")}`);
  await writeFile(own("ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F ${own(".ssh/config")} "$@"\n`);
  await chmod(own("ssh"), 0o755);
  const lines = [
    `ListenAddress ${host}:${port}`,
    `HostKey ${own("host-key")}`,
    `AuthorizedKeysFile ${own("authorized_keys")}`,
    `PidFile ${own("sshd.pid")}`,
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "UsePAM no",
    // The folder above is for everyone to write in.
    "StrictModes no",
    "MaxStartups 100",
    `SetEnv DOCKER_HOST=unix://${socket}`,
  ];
  await writeFile(own("sshd_config"), `${lines.join("\n")}\n`);
  await mkdir("/run/sshd", { recursive: true });
  const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", own("sshd_config")], { stdio: "ignore" });
  endWithSuite(child, "SIGTERM");
  undo.defer(async () => {
    if (child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  });
  await until(`sshd listens on ${host}:${port}`, () => listens(host, port), 20_000);
  const owned = undo.move();
  return {
    address: `ssh://${userInfo().username}@${host}:${port}`,
    home,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection({ host, port });
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}
