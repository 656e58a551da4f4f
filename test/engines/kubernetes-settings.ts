/** Settings of `Pulumi.staging.yaml` on Kubernetes by their paths: what each case changes. */
type Changes = Readonly<Record<string, unknown>>;

const orchestrator = (changes: Changes): Changes =>
  Object.fromEntries(Object.entries(changes).map(([path, value]) => [`topology.orchestrator.${path}`, value]));
const workload = (changes: Changes): Changes =>
  Object.fromEntries(Object.entries(changes).map(([path, value]) => [`topology.workload.${path}`, value]));
const governance = (changes: Changes): Changes =>
  Object.fromEntries(Object.entries(changes).map(([path, value]) => [`topology.governance.${path}`, value]));
const exposure = (settings: Changes): Changes => orchestrator({ exposure: settings });

const HOST_NAMES = { "topology.endpoint.hostNames": ["agents.example.com", "agents.example.org"] };
const EMBEDDED = { "agent.database": { kind: "embedded" }, scaling: { preset: "minimal" } };
const HOST = { cpu: "64", memory: "256GiB", disk: "2TiB", gpus: 4 };
const BIG_HOSTS = {
  "topology.hosts": ["a", "b", "c"].map((zone, index) => ({
    ...HOST,
    name: `node-${index + 1}`,
    address: `10.0.0.1${index + 1}`,
    labels: { zone, "example.com/rack": `${index}` },
  })),
};
const CONTAINERS = {
  "containers.cache": {
    image: "registry.example/team/cache:7.4.1",
    healthCheck: { command: ["cache", "ping"] },
    ports: [{ hostPort: 6379, containerPort: 6379 }],
    environment: { SIZE: "64" },
  },
  "containers.worker": {
    image: "registry.example/team/worker:1.0.0",
    entrypoint: ["/bin/worker"],
    command: ["--verbose"],
    healthCheck: { command: ["worker", "ping"] },
    dependsOn: ["cache"],
  },
};

/** Every kind of object and every shape of a field that the settings can lead to, by what each is about. */
export const SETTINGS: Readonly<Record<string, Changes>> = {
  "staging as it is": {},
  "an older version, whose preStop needs a program": orchestrator({ version: "1.29" }),
  "a namespace and an account of other names": orchestrator({ namespace: "assistants", serviceAccount: "flame" }),
  "the baseline of Pod Security": orchestrator({ podSecurity: "baseline" }),
  "a priority class that exists": orchestrator({ priorityClass: "production-high" }),
  "a low priority": { "agent.resources.priority": "low" },
  "volumes of another group": orchestrator({ fsGroup: 2000 }),
  "everybody may connect": orchestrator({ networkPolicy: { kind: "allow-all" } }),
  "nobody may connect": orchestrator({ networkPolicy: { kind: "deny-all" } }),
  "namespaces and ranges may connect": orchestrator({
    networkPolicy: { kind: "custom", namespaces: ["ingress-nginx"], ranges: ["10.0.0.0/8", "192.168.7.0/24"] },
  }),
  "a port on every node": {
    ...exposure({ kind: "node-port" }),
    "topology.client.endpoints.api": "https://agents.example.com",
  },
  "a given port on every node": exposure({
    kind: "node-port",
    nodePort: 30_411,
    externalTraffic: "Local",
    sessionAffinity: "ClientIP",
  }),
  "a load balancer": { ...exposure({ kind: "load-balancer" }), ...HOST_NAMES },
  "a load balancer with ranges and annotations": {
    ...exposure({
      kind: "load-balancer",
      externalTraffic: "Local",
      allowedRanges: ["10.0.0.0/8"],
      annotations: { "service.example/idle-timeout": "200" },
    }),
    ...HOST_NAMES,
  },
  "an ingress": exposure({ kind: "ingress" }),
  "an ingress with names and a certificate": {
    ...exposure({ kind: "ingress", className: "haproxy", path: "/agents", pathType: "Exact" }),
    ...HOST_NAMES,
    "topology.endpoint.tls": { kind: "certificate", name: "agents-example-com" },
  },
  "a route of the Gateway API": {
    ...exposure({ kind: "gateway", gateway: "public", gatewayNamespace: "gateways" }),
    ...HOST_NAMES,
  },
  "an autoscaler by CPU and memory": {
    ...orchestrator({ autoscaling: { cpuPercent: 60, memoryPercent: 80, scaleDownWindowSeconds: 600 } }),
    scaling: { preset: "bursty" },
  },
  "an autoscaler with windows": orchestrator({
    autoscaling: {
      schedule: {
        timeZone: "Europe/Berlin",
        windows: {
          day: { start: "0 7 * * MON-FRI", end: "0 19 * * MON-FRI", replicas: 3 },
          sunday: { start: "0 9 * * 7", end: "30 11 * * SUN", replicas: 4 },
        },
      },
    },
  }),
  "a fixed count": { scaling: { replicas: { min: 3, max: 3 } } },
  "a single agent with its files": EMBEDDED,
  "an external database": {
    "agent.database": { kind: "external", host: "db.example.com", password: { secret: "databasePassword" } },
  },
  "a budget by what stays": orchestrator({ disruption: { kind: "min-available", count: 1 } }),
  "a budget of two": orchestrator({ disruption: { kind: "max-unavailable", count: 2 } }),
  "deadlines of one's own": orchestrator({ progressDeadlineSeconds: 900, endpointPropagationSeconds: 30 }),
  "turns of an hour": {
    turns: { maxSeconds: 3600 },
    ...orchestrator({ autoscaling: { scaleDownWindowSeconds: 3600 } }),
  },
  "an update at once after the old": workload({ "update.strategy": "recreate" }),
  "an update that stops first": workload({ "update.order": "stop-first", "update.parallelism": 2 }),
  "an update with pauses": workload({ "update.delaySeconds": 30, "update.onFailure": "pause" }),
  "blue-green": workload({ "update.strategy": "blue-green" }),
  "blue-green of a fixed count": {
    ...workload({ "update.strategy": "blue-green" }),
    scaling: { replicas: { min: 2, max: 2 } },
  },
  "a version that is tried out by replicas": {
    ...workload({ "update.strategy": "canary", files: { "/etc/flame/prompt.md": "Answer briefly.\n" } }),
    ...orchestrator({ canary: { steps: [{ weightPercent: 25, pauseSeconds: 600 }] } }),
    scaling: { replicas: { min: 4, max: 4 } },
  },
  "a version that is tried out by weights, beside an autoscaler": {
    ...workload({ "update.strategy": "canary" }),
    ...exposure({ kind: "gateway", gateway: "public", gatewayNamespace: "gateways" }),
    ...HOST_NAMES,
    scaling: { replicas: { min: 2, max: 8 } },
  },
  "hosts that must have a label": workload({
    "placement.require": [
      { key: "zone", operator: "In", values: ["a", "b"] },
      { key: "zone", operator: "Exists" },
    ],
  }),
  "hosts that should have a label": workload({
    "placement.prefer": [{ key: "zone", operator: "NotIn", values: ["c"], weight: 20 }],
  }),
  "hosts by a number": {
    ...BIG_HOSTS,
    ...workload({ "placement.require": [{ key: "example.com/rack", operator: "Gt", values: ["0"] }] }),
  },
  "an even spread over zones": workload({ "placement.spreadOver": ["zone"] }),
  "never two on a host": { ...workload({ "placement.apart": "required" }), scaling: { replicas: { min: 2, max: 2 } } },
  "apart or not": workload({ "placement.apart": "off" }),
  "taints that are borne": workload({
    "placement.tolerations": [
      { key: "dedicated", operator: "Equal", value: "agents", effect: "NoSchedule" },
      { key: "spot", effect: "NoExecute", seconds: 300 },
      {},
    ],
  }),
  "a filter of system calls": workload({ "security.seccomp": { kind: "profile", path: "profiles/flame.json" } }),
  "disk space and GPUs": {
    ...BIG_HOSTS,
    ...workload({ "resources.ephemeralRequest": "1GiB", "resources.ephemeralLimit": "2GiB", "resources.gpus": 1 }),
  },
  "files beside the agent": workload({
    files: { "/etc/flame/prompt.md": "Answer briefly.\n", "/etc/flame/more/prompt.md": "ü\n" },
  }),
  "a storage class and a size": workload({ "storage.driver": "fast-ssd", "storage.size": "20GiB" }),
  "disposable storage": workload({ "storage.persistent": false }),
  "a quota of everything": {
    ...BIG_HOSTS,
    ...governance({
      quota: {
        cpuRequests: "20",
        cpuLimits: "40",
        memoryRequests: "64GiB",
        memoryLimits: "64GiB",
        ephemeralRequests: "64GiB",
        ephemeralLimits: "64GiB",
        storage: "64GiB",
        gpus: 8,
        replicas: 20,
      },
    }),
  },
  "bounds of each replica": governance({
    replicaBounds: {
      cpu: { smallest: "50m", largest: "4", defaultRequest: "100m", defaultLimit: "400m", limitPerRequest: 8 },
      memory: {
        smallest: "64MiB",
        largest: "4GiB",
        defaultRequest: "128MiB",
        defaultLimit: "256MiB",
        limitPerRequest: 8,
      },
    },
  }),
  "classes of service": governance({
    classes: { gold: { priority: 100_000 }, bronze: { priority: 10, preempts: false } },
    classOf: { agent: "gold", database: "bronze" },
  }),
  "a registry that asks": {
    "topology.registries": { "registry.example": { username: "deploy", password: { secret: "registryPassword" } } },
  },
  "more containers": CONTAINERS,
  "labels that aren't Kubernetes'": {
    labels: { owner: "Ada Lovelace, London", team: "assistants", "example.com.tier": "one" },
  },
  "an image by digest": { "agent.image": `registry.example/team/flame-agent@sha256:${"0".repeat(64)}` },
  "several ports": {
    "agent.ports": [
      { hostPort: 8080, address: "0.0.0.0" },
      { hostPort: 9090, containerPort: 9090, address: "0.0.0.0" },
    ],
  },
};
