/** What is lost with an object of a kind. */
type Data =
  /** What users and agents have written. */
  | "files"
  /** What opens such files: a password that was made once. */
  | "key"
  /** Where such files lie: what is in it goes with it, and another place has none of them. */
  | "place"
  /** Nothing that a deployment couldn't make again. */
  | "none";

/** What a change means for the resources of one kind, whatever the plan says of them. */
export interface ResourceKind {
  readonly data: Data;
  /** Paths of inputs whose change makes the provider replace the object, those below them too. */
  readonly replacedBy: readonly string[];
  /** Inputs of which the provider takes no order: lists that are sets. */
  readonly unordered: readonly string[];
  /** Inputs that are made of a secret's value, and so can be told apart by the engine alone. */
  readonly ofSecrets: readonly string[];
  /** Inputs that are never compared again: what an earlier release wrote there stays. */
  readonly ignored: readonly string[];
  /** Inputs that the engine can't change, which its provider doesn't know: the program has the object replaced. */
  readonly fixed: readonly string[];
  /** Whether something that is served stops while the object isn't there. */
  readonly serves: boolean;
}

/** What keeps an object whose data outlive the environment: options of its Pulumi resource. */
export interface KeepingOptions {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly ignoreChanges: string[];
}

const PLAIN: ResourceKind = {
  data: "none",
  replacedBy: [],
  unordered: [],
  ofSecrets: [],
  ignored: [],
  fixed: [],
  serves: false,
};

/** `willReplaceOnChanges` of the docker provider's schema (5.2.0), and what is a set in that of the provider that it bridges. */
const DOCKER = {
  "docker:index/container:Container": {
    ...PLAIN,
    replacedBy: [
      ..."capabilities cgroupParent cgroupnsMode command cpus deviceRequests devices dns dnsOpts dnsSearches".split(
        " ",
      ),
      ..."domainname entrypoints envs gpus groupAdds hostname hosts image ipcMode labels logDriver logOpts".split(" "),
      ..."mounts name networkMode networksAdvanced pidMode platform ports privileged publishAllPorts".split(" "),
      ..."readOnly runtime securityOpts shmSize stdinOpen stopSignal stopTimeout storageOpts sysctls tty".split(" "),
      ..."ulimits uploads user usernsMode volumes workingDir".split(" "),
    ],
    unordered: [
      ..."capabilities deviceRequests devices dns dnsOpts dnsSearches envs groupAdds hosts labels mounts".split(" "),
      ..."networksAdvanced securityOpts ulimits uploads volumes".split(" "),
    ],
    serves: true,
  },
  "docker:index/volume:Volume": {
    ...PLAIN,
    data: "files",
    replacedBy: ["driver", "driverOpts", "labels", "name"],
    unordered: ["labels"],
    ignored: ["labels"],
  },
  "docker:index/network:Network": {
    ...PLAIN,
    replacedBy: "attachable driver ingress internal ipamConfigs ipamDriver ipamOptions ipv6 labels name options".split(
      " ",
    ),
    unordered: ["labels", "ipamConfigs"],
    // Labels would take everything on the network down with it.
    ignored: ["labels"],
    serves: true,
  },
  "docker:index/remoteImage:RemoteImage": { ...PLAIN, replacedBy: ["name", "platform", "pullTriggers", "triggers"] },
  "docker:index/service:Service": {
    ...PLAIN,
    replacedBy: [
      ..."auth mode name taskSpec.networksAdvanceds".split(" "),
      ..."taskSpec.containerSpec.hosts taskSpec.containerSpec.sysctl".split(" "),
    ],
    unordered: [
      ..."labels taskSpec.networksAdvanceds".split(" "),
      ..."configs hosts labels mounts secrets".split(" ").map((name) => `taskSpec.containerSpec.${name}`),
      ..."constraints platforms prefs".split(" ").map((name) => `taskSpec.placement.${name}`),
    ],
    ofSecrets: ["taskSpec.containerSpec.secrets.secretName"],
    // What an earlier release wrote there stays: another one would have the service made anew.
    ignored: ["taskSpec.containerSpec.labels"],
    serves: true,
  },
  "docker:index/secret:Secret": {
    ...PLAIN,
    replacedBy: ["data", "labels", "name"],
    unordered: ["labels"],
    ofSecrets: ["name"],
    // A secret that is in use can't be removed: labels that are to change are part of its name.
    ignored: ["labels"],
  },
  "docker:index/serviceConfig:ServiceConfig": { ...PLAIN, replacedBy: ["data", "dataRaw", "labels", "name"] },
} as const satisfies Record<string, ResourceKind>;

/** The random provider (4.21.2) makes another value for every change. */
const RANDOM = {
  "random:index/randomPassword:RandomPassword": {
    ...PLAIN,
    data: "key",
    replacedBy:
      "keepers length lower minLower minNumeric minSpecial minUpper number numeric overrideSpecial special upper".split(
        " ",
      ),
  },
} as const satisfies Record<string, ResourceKind>;

const PROVIDERS = {
  // The objects of the state aren't at another address, though the provider takes them for there.
  "pulumi:providers:docker": { ...PLAIN, data: "place" },
  // Another cluster replaces all that was in the former one (DiffConfig of the kubernetes provider, 4.34.2).
  "pulumi:providers:kubernetes": { ...PLAIN, data: "place", replacedBy: ["context", "kubeconfig", "cluster"] },
  "pulumi:providers:random": PLAIN,
} as const satisfies Record<string, ResourceKind>;

const METADATA = ["metadata.name", "metadata.namespace"];
/** Where what no namespace holds says whose it is: who deploys next by another way doesn't take that away. */
const OWNER = ["metadata.annotations"];
const OBJECT: ResourceKind = { ...PLAIN, replacedBy: METADATA };

/** What the kubernetes provider (4.34.2, provider/pkg/provider/diff.go) and the API server can't change. */
const KUBERNETES = {
  "kubernetes:apps/v1:Deployment": { ...OBJECT, replacedBy: [...METADATA, "spec.selector"], serves: true },
  "kubernetes:apps/v1:StatefulSet": {
    ...OBJECT,
    replacedBy: [
      ...METADATA,
      "spec.podManagementPolicy",
      "spec.revisionHistoryLimit",
      "spec.selector",
      "spec.serviceName",
      "spec.volumeClaimTemplates",
    ],
    serves: true,
  },
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": OBJECT,
  "kubernetes:batch/v1:CronJob": OBJECT,
  "kubernetes:batch/v1:Job": {
    ...OBJECT,
    replacedBy: [...METADATA, "spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  },
  "kubernetes:core/v1:ConfigMap": { ...OBJECT, replacedBy: [...METADATA, "binaryData", "data"] },
  "kubernetes:core/v1:LimitRange": OBJECT,
  // With it goes every claim that is in it.
  "kubernetes:core/v1:Namespace": { ...OBJECT, data: "place", ignored: OWNER, serves: true },
  "kubernetes:core/v1:PersistentVolumeClaim": {
    ...OBJECT,
    data: "files",
    replacedBy: [...METADATA, "spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  },
  "kubernetes:core/v1:ResourceQuota": { ...OBJECT, replacedBy: [...METADATA, "spec.scopes"] },
  "kubernetes:core/v1:Secret": { ...OBJECT, data: "key", replacedBy: [...METADATA, "type", "stringData", "data"] },
  "kubernetes:core/v1:Service": { ...OBJECT, replacedBy: [...METADATA, "spec.clusterIP"], serves: true },
  "kubernetes:core/v1:ServiceAccount": OBJECT,
  "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": { ...OBJECT, serves: true },
  "kubernetes:networking.k8s.io/v1:Ingress": { ...OBJECT, serves: true },
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": OBJECT,
  "kubernetes:policy/v1:PodDisruptionBudget": OBJECT,
  "kubernetes:rbac.authorization.k8s.io/v1:Role": OBJECT,
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": { ...OBJECT, replacedBy: [...METADATA, "roleRef"] },
  "kubernetes:scheduling.k8s.io/v1:PriorityClass": {
    ...OBJECT,
    replacedBy: [...METADATA, "preemptionPolicy", "value"],
    ignored: OWNER,
    fixed: ["preemptionPolicy", "value"],
  },
} as const satisfies Record<string, ResourceKind>;

/** Every kind of resource that the blueprint makes. */
const RESOURCE_KINDS = { ...DOCKER, ...RANDOM, ...PROVIDERS, ...KUBERNETES } as const satisfies Record<
  string,
  ResourceKind
>;

/** Type of a resource that the blueprint makes. */
export type ResourceType = keyof typeof RESOURCE_KINDS;

/** The kind of a resource's type; `undefined` for one that the blueprint doesn't make, and for components. */
export function resourceKind(type: string): ResourceKind | undefined {
  return isResourceType(type) ? RESOURCE_KINDS[type] : undefined;
}

/**
 * Options of a resource of a kind. Where its data outlive the environment, no deployment can delete or replace it
 * (`protect`), and one that no longer has it leaves it where it is (`retainOnDelete`).
 */
export function keepingOptions(type: ResourceType, outlives: boolean): KeepingOptions {
  const { data, ignored }: ResourceKind = RESOURCE_KINDS[type];
  const keeps = outlives && data !== "none";
  return { protect: keeps, retainOnDelete: keeps, ignoreChanges: [...ignored] };
}

function isResourceType(type: string): type is ResourceType {
  return Object.hasOwn(RESOURCE_KINDS, type);
}
