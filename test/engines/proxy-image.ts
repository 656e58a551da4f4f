import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../apps/flame-agent/image/engine.ts";

/** HAProxy's image of the suites, where no registry can be reached: Debian's program, a shell and wget. */
export const PROXY_IMAGE = "localhost/blueprint-haproxy:debian";

const PROGRAMS = ["/usr/sbin/haproxy", "/usr/bin/wget", "/bin/sh"];
/** Loaded by the C library when a process changes its user. */
const FILES: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0:root:/:/sbin/nologin\nhaproxy:x:99:99:haproxy:/:/sbin/nologin\n",
  "etc/group": "root:x:0:\nhaproxy:x:99:\n",
  "etc/nsswitch.conf": "hosts: files dns\n",
  // As in the official image.
  Containerfile: "FROM scratch\nCOPY root/ /\nENV PATH=/usr/sbin:/usr/bin:/bin\nSTOPSIGNAL SIGUSR1\n",
};

/** Puts the image into an engine's store; `parameters` lead to it. */
export async function haveProxyImage(program: "podman" | "docker", parameters: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "blueprint-haproxy-"));
  try {
    const root = join(folder, "root");
    const linked = await run("ldd", PROGRAMS, { timeoutSeconds: 10 });
    const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
    for (const path of [...PROGRAMS, ...new Set(libraries)]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      copyFileSync(path, join(root, path));
    }
    for (const [path, content] of Object.entries(FILES)) {
      const target = path === "Containerfile" ? join(folder, path) : join(root, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
    for (const path of ["tmp", "run", "proc", "sys", "dev", "usr/local/etc/haproxy"]) {
      mkdirSync(join(root, path), { recursive: true });
    }
    chmodSync(join(root, "tmp"), 0o1777);
    const build = ["build", "--file", join(folder, "Containerfile"), "--tag", PROXY_IMAGE, folder];
    await run(program, [...parameters, ...build], { timeoutSeconds: 120 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
