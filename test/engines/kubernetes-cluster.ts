import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, type Result } from "execa";
import { stringify } from "yaml";
import { endWithSuite } from "../support/agent/end-with-suite.ts";
import { until } from "../support/agent/until.ts";
import { freePort } from "./free-port.ts";
import { ETCD, kubernetesProgram } from "./kubernetes-install.ts";

/** For a machine that does other work beside: alone, the control plane is ready in under ten seconds. */
const START_BOUND_MILLISECONDS = 180_000;
const STAGES = fileURLToPath(new URL("kubernetes/stages.yaml", import.meta.url));

/** A simulated node. */
export interface SimulatedNode {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Cores. Default: 8. */
  readonly cpu?: string;
  /** Default: 32 GiB. */
  readonly memory?: string;
}

/** A control plane of the suite's own, on loopback and in a temporary folder: real but for its nodes. */
export interface KubernetesCluster extends AsyncDisposable {
  readonly kubeconfig: string;
  /** How long it took until the API answered and the controllers ran. */
  readonly startSeconds: number;
  /** Runs kubectl and returns what it printed. Rejects with its error output where it fails. */
  kubectl(parameters: readonly string[], input?: string): Promise<string>;
  /** Runs kubectl where a failure is what the test wants to see. */
  tryKubectl(parameters: readonly string[], input?: string): Promise<Result>;
  /** One object or a list, as the API gives it. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever the API answers
  get(...parameters: readonly string[]): Promise<any>;
  /** What the control plane's programs printed last, for a failure's message. */
  said(): string;
}

/** Where a forwarded port of a pod leads: no simulated pod listens. */
export interface Forwarding {
  readonly containerPort: number;
  /** Port of this machine's loopback. */
  readonly port: number;
}

/** Starts etcd, API server, controllers, scheduler and simulated nodes. Disposing ends them and removes the folder. */
export async function startKubernetes(
  nodes: readonly SimulatedNode[],
  forwarding?: Forwarding,
): Promise<KubernetesCluster> {
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "blueprint-kubernetes-"));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString("hex");
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(`https://127.0.0.1:${secure}`, token), { mode: 0o600 });
  await writeFile(join(folder, "tokens.csv"), `${token},suite,suite,system:masters\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = join(folder, "service-accounts.key");
  await writeFile(key, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });

  const programs: RunningProgram[] = [];
  const run = (name: string, path: string, parameters: readonly string[]) => {
    const program = runProgram(name, path, parameters, folder);
    programs.push(program);
    undo.defer(() => program.end());
  };
  const said = () => programs.map(({ name, said }) => `--- ${name}\n${said()}`).join("\n");
  const tryKubectl = (parameters: readonly string[], input?: string) =>
    execa(kubernetesProgram("kubectl"), parameters, {
      env: { KUBECONFIG: kubeconfig, HOME: folder },
      reject: false,
      ...(input === undefined ? { stdin: "ignore" } : { input }),
    });
  const kubectl = async (parameters: readonly string[], input?: string) => {
    const { exitCode, stdout, stderr } = await tryKubectl(parameters, input);
    if (exitCode !== 0) throw new Error(`kubectl ${parameters.join(" ")}: ${stderr}`);
    return stdout;
  };
  const answers = (what: string, parameters: readonly string[]) =>
    until(
      () => `${what}: ${said()}`,
      async () => {
        for (const { name, ended } of programs) if (ended()) throw new Error(`${name} ended: ${said()}`);
        return (await tryKubectl(parameters)).exitCode === 0;
      },
      START_BOUND_MILLISECONDS,
    );

  run("etcd", ETCD, [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
    "--logger=zap",
    "--log-level=error",
  ]);
  run("kube-apiserver", kubernetesProgram("kube-apiserver"), [
    `--etcd-servers=http://127.0.0.1:${client}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${secure}`,
    `--cert-dir=${join(folder, "certificates")}`,
    `--token-auth-file=${join(folder, "tokens.csv")}`,
    "--authorization-mode=RBAC",
    // So that it is Pod Security that refuses a privileged pod.
    "--allow-privileged=true",
    "--service-cluster-ip-range=10.254.0.0/16",
    "--service-account-issuer=https://suite.invalid",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    // No node of this machine answers on an address: nothing reconciles the API's own endpoint.
    "--endpoint-reconciler-type=none",
    // Debian's etcd can't serve a list as a watch; clients that are told so at once don't try for half a minute.
    "--feature-gates=WatchList=false",
  ]);
  await answers("the API server is ready", ["get", "--raw", "/readyz"]);
  run("kube-controller-manager", kubernetesProgram("kube-controller-manager"), [
    `--kubeconfig=${kubeconfig}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${await freePort()}`,
    `--cert-dir=${join(folder, "controller-certificates")}`,
    `--service-account-private-key-file=${key}`,
    "--leader-elect=false",
    "--use-service-account-credentials=true",
    "--horizontal-pod-autoscaler-sync-period=2s",
  ]);
  run("kube-scheduler", kubernetesProgram("kube-scheduler"), [
    `--kubeconfig=${kubeconfig}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${await freePort()}`,
    `--cert-dir=${join(folder, "scheduler-certificates")}`,
    "--leader-elect=false",
  ]);
  run("kwok", kubernetesProgram("kwok"), [
    `--kubeconfig=${kubeconfig}`,
    `--config=${STAGES}`,
    "--manage-all-nodes=true",
    "--node-lease-duration-seconds=40",
    "--node-ip=127.0.0.1",
    "--cidr=10.253.0.0/16",
    ...(forwarding ? await forwardingParameters(folder, forwarding) : []),
  ]);
  await kubectl(["apply", "--server-side", "--filename=-"], nodes.map(nodeDocument).join("---\n"));
  await answers("the controllers run", ["get", "serviceaccount", "default", "--namespace=default"]);
  await kubectl(["wait", "--for=condition=Ready", "node", "--all", "--timeout=120s"]);

  const owned = undo.move();
  return {
    kubeconfig,
    startSeconds: (performance.now() - started) / 1000,
    kubectl,
    tryKubectl,
    said,
    get: async (...parameters) => JSON.parse(await kubectl(["get", ...parameters, "--output=json"])),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface RunningProgram {
  readonly name: string;
  said(): string;
  ended(): boolean;
  end(): Promise<void>;
}

function runProgram(name: string, path: string, parameters: readonly string[], folder: string): RunningProgram {
  let said = "";
  const child: ChildProcess = spawn(path, parameters, {
    cwd: folder,
    env: { HOME: folder },
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  child.on("error", (error) => {
    said += error.message;
  });
  endWithSuite(child, "SIGKILL");
  const ended = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    name,
    said: () => said,
    ended,
    end: async () => {
      if (ended()) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      // Nothing here is kept: there is no reason to wait for an orderly end.
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function kubeconfigOf(server: string, token: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    // The server's certificate is made at its start; nobody else is on this loopback port.
    clusters: [{ name: "suite", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "suite", user: { token } }],
    contexts: [{ name: "suite", context: { cluster: "suite", user: "suite" } }],
    "current-context": "suite",
  });
}

/** What makes the simulated nodes answer the API server, as kubelets do, and forward a port of every pod. */
async function forwardingParameters(folder: string, { containerPort, port }: Forwarding): Promise<string[]> {
  const kubelet = await freePort();
  const file = join(folder, "forwarding.yaml");
  const forward = {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "ClusterPortForward",
    metadata: { name: "suite" },
    spec: { forwards: [{ ports: [containerPort], target: { address: "127.0.0.1", port } }] },
  };
  await writeFile(file, stringify(forward));
  return [`--config=${file}`, `--node-port=${kubelet}`, `--server-address=127.0.0.1:${kubelet}`];
}

function nodeDocument({ name, labels = {}, cpu = "8", memory = "32Gi" }: SimulatedNode): string {
  const capacity = { cpu, memory, pods: "110", "ephemeral-storage": "256Gi" };
  return stringify({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", ...labels } },
    status: { capacity, allocatable: capacity },
  });
}
