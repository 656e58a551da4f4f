import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Engine, run } from "./engine.ts";

/** How long a registry may take to hand over the base image, in seconds, before one is made here. */
const PULL_SECONDS = 120;
/** How long it may take to answer at all: a registry that can't be reached says so, or nothing. */
const REACH_SECONDS = 20;

/** Label of a base made here: digest of its root file system. */
const DIGEST_LABEL = "blueprint.rootfs";

const SHELL = "/bin/sh";
const HOST_FILES = ["/etc/ssl/certs/ca-certificates.crt"];
const MADE_FILES: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0:root:/:/sbin/nologin\nagent:x:10001:10001:agent:/data:/sbin/nologin\n",
  "etc/group": "root:x:0:\nagent:x:10001:\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
};

/** Whether the engine has, or gets from its registry, the image of that name. */
export async function pullBase(engine: Engine, image: string): Promise<boolean> {
  const { program, parameters, onProgress } = engine;
  const has = await run(program, [...parameters, "image", "inspect", image], { timeoutSeconds: REACH_SECONDS }).then(
    () => true,
    () => false,
  );
  if (has) return true;
  onProgress(`pulling ${image}`);
  const registry = image.split("/")[0] ?? "";
  if (!(await answers(registry === "docker.io" ? "registry-1.docker.io" : registry))) return false;
  return run(program, [...parameters, "pull", image], { timeoutSeconds: PULL_SECONDS }).then(
    () => true,
    () => false,
  );
}

async function answers(registry: string): Promise<boolean> {
  return fetch(`https://${registry}/v2/`, { signal: AbortSignal.timeout(REACH_SECONDS * 1000) }).then(
    () => true,
    () => false,
  );
}

/**
 * Makes a base of this Node, a shell and the libraries that they need, and nothing else: no package manager, no tools.
 * The shell is there because `podman kube play` runs a health check by `/bin/sh -c`.
 */
export async function importNodeBase(engine: Engine, folder: string): Promise<string> {
  const image = `localhost/blueprint-node:${process.versions.node}`;
  const root = join(folder, "base");
  const linked = await run("ldd", [process.execPath, SHELL], { timeoutSeconds: 10 });
  const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
  const copies = [SHELL, ...new Set(libraries), ...HOST_FILES.filter((path) => existsSync(path))].map(
    (path) => [path, path] as const,
  );
  for (const [from, to] of [[process.execPath, "/usr/local/bin/node"] as const, ...copies]) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  }
  for (const [path, content] of Object.entries(MADE_FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  for (const path of ["tmp", "proc", "sys", "dev", "run"]) mkdirSync(join(root, path), { recursive: true });
  chmodSync(join(root, "tmp"), 0o1777);

  const archive = join(folder, "base.tar");
  const reproducible = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await run("tar", [...reproducible, "-cf", archive, "-C", root, "."], { timeoutSeconds: 120 });
  // The same base is kept: importing again would give it, and all that stands on it, another id.
  const digest = createHash("sha256").update(readFileSync(archive)).digest("hex");
  const label = ["image", "inspect", "--format", `{{index .Config.Labels "${DIGEST_LABEL}"}}`, image];
  const present = await run(engine.program, [...engine.parameters, ...label], { timeoutSeconds: REACH_SECONDS }).catch(
    () => "",
  );
  if (present === digest) return image;

  engine.onProgress(`importing ${image} from ${process.execPath}`);
  const changes = ["--change", "ENV PATH=/usr/local/bin:/usr/bin:/bin", "--change", `LABEL ${DIGEST_LABEL}=${digest}`];
  await run(engine.program, [...engine.parameters, "import", ...changes, archive, image], { timeoutSeconds: 300 });
  return image;
}
