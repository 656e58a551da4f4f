import { rolloutCanary } from "../../apps/ops/src/rollout/kubernetes/canary.ts";
import { until } from "../support/agent/until.ts";
import type { KubernetesCluster } from "./kubernetes-cluster.ts";
import {
  apply,
  type KubernetesEnvironment,
  makeSecrets,
  makeVolumes,
  stagingOnKubernetes,
} from "./kubernetes-environment.ts";
import { kubernetesProgram } from "./kubernetes-install.ts";

/** The agent's image, of which a suite names versions. */
export const IMAGE = "registry.example/team/flame-agent";

/** One environment of the suite: what it says, what the cluster has of it, and its rollouts. */
export function canaryEnvironment(
  cluster: () => KubernetesCluster,
  name: string,
  settings: Readonly<Record<string, unknown>>,
) {
  const namespace = `flame-${name}`;
  const get = (...parameters: readonly string[]) => cluster().get(...parameters, "--namespace", namespace);
  const planOf = (version: string) => stagingOnKubernetes({ ...settings, "agent.image": `${IMAGE}:${version}` }, name);
  const deployment = async (track: "stable" | "canary") => {
    const { spec, status } = await get(`deployment/${namespace}-agent-${track}`);
    const version = spec.template.spec.containers[0].image.split(":").at(-1);
    return { version, replicas: spec.replicas, available: status.availableReplicas ?? 0 };
  };
  const weights = async () => {
    const { spec } = await get(`httproute/${namespace}-agent`);
    return spec.rules[0].backendRefs.map(({ weight }: { weight: number }) => weight);
  };
  const rollOut = async (
    { target }: KubernetesEnvironment,
    at: { readonly [what: string]: (cancel: () => void) => unknown } = {},
  ) => {
    if (!target.canary) throw new Error("the environment tries versions out");
    const cancelled = new AbortController();
    const seen: string[] = [];
    const route = target.canary.names.route !== undefined;
    const outcome = await rolloutCanary({ ...target, kubeconfig: cluster().kubeconfig }, target.canary, {
      environment: name,
      signal: cancelled.signal,
      kubectl: kubernetesProgram("kubectl"),
      show: async (title, work) => {
        const [what = ""] = title.split(/:? /);
        await at[what]?.(() => cancelled.abort());
        await work(() => undefined);
        const [stable, canary] = [await deployment("stable"), await deployment("canary")];
        const shared = route ? `, weights ${(await weights()).join("/")}` : "";
        seen.push(`${what}: ${stable.replicas} of ${stable.version}, ${canary.replicas} of ${canary.version}${shared}`);
      },
    }).then(
      (actions) => ({ actions, failure: undefined }),
      (error: unknown) => ({ actions: undefined, failure: error instanceof Error ? error.message : String(error) }),
    );
    return { ...outcome, seen };
  };
  /** As whoever has no Pulumi does it: the objects at any time, the version that serves once. */
  const deploy = async (version: string) => {
    const planned = await planOf(version);
    await apply(cluster(), planned.objects);
    return planned;
  };
  const begin = async (version: string) => {
    const planned = await planOf(version);
    await makeSecrets(cluster(), planned.target);
    await makeVolumes(cluster(), planned.target);
    await apply(cluster(), planned.objects);
    await cluster().kubectl(["create", "--filename=-"], planned.stable);
    await until("the first version serves", async () => (await deployment("stable")).available > 1, 120_000);
  };
  return { namespace, get, deployment, weights, rollOut, deploy, begin };
}
