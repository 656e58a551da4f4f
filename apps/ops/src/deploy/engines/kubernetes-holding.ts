import { z } from "zod";
import { LABEL_PREFIX } from "../../../../../components/core/index.ts";
import { reasonOf } from "../failure.ts";
import { type Held, type HoldingEngine, heldWords } from "./held.ts";
import { type Kubectl, openKubectl } from "./kubectl.ts";

type ClusterReference = Extract<HoldingEngine["reference"], { kind: "kubernetes" }>;

/** Longest that the API server may take to answer. */
const ANSWER_SECONDS = 10;
/** Kinds that a plan makes, in the order in which they can be removed; those that a cluster doesn't know are left out. */
const KINDS = [
  "horizontalpodautoscalers.autoscaling",
  "cronjobs.batch",
  "deployments.apps",
  "statefulsets.apps",
  "daemonsets.apps",
  "httproutes.gateway.networking.k8s.io",
  "ingresses.networking.k8s.io",
  "services",
  "poddisruptionbudgets.policy",
  "configmaps",
  "secrets",
  "networkpolicies.networking.k8s.io",
  "resourcequotas",
  "limitranges",
  "rolebindings.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "serviceaccounts",
  "persistentvolumeclaims",
] as const;
/** The same, for kinds that no namespace holds. */
const CLUSTER_KINDS = ["priorityclasses.scheduling.k8s.io", "namespaces"] as const;

const ObjectList = z.object({
  items: z.array(
    z.object({
      apiVersion: z.string(),
      kind: z.string(),
      metadata: z.object({
        name: z.string(),
        namespace: z.string().optional(),
        labels: z.record(z.string(), z.string()).default({}),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
      spec: z.object({ replicas: z.int().optional() }).optional(),
      status: z.object({ availableReplicas: z.int().optional(), readyReplicas: z.int().optional() }).optional(),
    }),
  ),
});

type ClusterObject = z.output<typeof ObjectList>["items"][number];

/** A cluster, asked by its own client. */
export function kubernetesHolding(reference: ClusterReference): HoldingEngine {
  const kubectl = openKubectl(reference);
  return {
    reference,
    ask: async () => {
      try {
        const text = await kubectl.run(["version", "--output=json", `--request-timeout=${ANSWER_SECONDS}s`]);
        const { serverVersion } = Versions.parse(JSON.parse(text));
        return { kind: "there", what: `Kubernetes ${serverVersion.gitVersion}` };
      } catch (error) {
        return { kind: "missing", why: `no cluster answers (${reasonOf(error)})` };
      }
    },
    list: async (environment) => {
      const known = await knownKinds(kubectl);
      const own = await objects(
        kubectl,
        KINDS.filter((kind) => known.has(kind)),
        environment,
      );
      const shared = await objects(kubectl, CLUSTER_KINDS, environment);
      return [...own, ...shared];
    },
    remove: async (held, tell) => {
      tell(`remove ${heldWords(held)}`);
      const [namespace, name] = splitId(held.id);
      const where = namespace === undefined ? [] : ["--namespace", namespace];
      // Pods end after their own grace, which the cluster keeps.
      await kubectl.run(["delete", held.kind, name, ...where, "--ignore-not-found", "--wait=true"]);
    },
    // The API server refuses a port that is taken.
    portsOfOthers: async () => new Map(),
    // Old pods serve until new ones do.
    remember: async () => undefined,
    // A cluster has nothing at rest: its controllers bring back what a plan asks for.
    start: async () => undefined,
    hasVolume: async (name) =>
      (await kubectl.run(["get", "persistentvolumeclaims", name, "--ignore-not-found", "--output=name"])) !== "",
    // Its nodes have stores, which it doesn't tell of.
    hasImage: async () => undefined,
  };
}

const Versions = z.object({ serverVersion: z.object({ gitVersion: z.string() }) });

/** Names of the cluster's kinds as `kubectl get` takes them, the core group's without a group. */
async function knownKinds(kubectl: Kubectl): Promise<ReadonlySet<string>> {
  const text = await kubectl.run(["api-resources", "--output=name", "--verbs=list"]);
  return new Set(text.split("\n").map((line) => line.trim()));
}

async function objects(kubectl: Kubectl, kinds: readonly string[], environment: string): Promise<Held[]> {
  const selector = `--selector=${LABEL_PREFIX}environment=${environment}`;
  const text = await kubectl.run(["get", kinds.join(","), selector, "--output=json"]);
  const { items } = ObjectList.parse(JSON.parse(text));
  // In the order in which the kinds were asked for.
  return items.map(heldOf);
}

function heldOf({ apiVersion, kind, metadata, spec, status }: ClusterObject): Held {
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  const wanted = spec?.replicas;
  const available = status?.availableReplicas ?? status?.readyReplicas ?? 0;
  return {
    kind: kind.toLowerCase(),
    name: metadata.name,
    id: metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`,
    type: `kubernetes:${group}:${kind}`,
    labels: { ...metadata.annotations, ...metadata.labels },
    holdsData: kind === "PersistentVolumeClaim",
    state: wanted === undefined ? undefined : `${available} of ${wanted} pods are available`,
    atRest: false,
    works: wanted === undefined || available >= wanted,
    ports: [],
  };
}

function splitId(id: string): [namespace: string | undefined, name: string] {
  const [first = "", second] = id.split("/");
  return second === undefined ? [undefined, first] : [first, second];
}
