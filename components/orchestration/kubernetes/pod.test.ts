import { describe, expect, it } from "vitest";
import { kubernetesPlanOf, objectOf } from "../../../test/support/kubernetes.ts";
import { workloadPlan } from "../../../test/support/workload.ts";
import { ImageReference, mebibytes, milliCpu } from "../../core/index.ts";
import type { WorkloadPlan } from "../workload.plan.ts";

const podOf = (changes: Partial<WorkloadPlan> = {}, more: Parameters<typeof kubernetesPlanOf>[0] = {}) =>
  objectOf(kubernetesPlanOf({ ...more, workloads: [workloadPlan(changes)] }), "Deployment").spec.template;
const containerOf = (...parameters: Parameters<typeof podOf>) => podOf(...parameters).spec.containers[0];
const own = workloadPlan();

describe("a pod", () => {
  it("has no rights that the workload doesn't need", () => {
    expect(podOf().spec).toMatchObject({
      serviceAccountName: "flame-staging",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 },
    });
    expect(containerOf().securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      privileged: false,
      capabilities: { drop: ["ALL"] },
    });
  });

  it.each<{ what: string; changes?: Partial<WorkloadPlan>; settings?: object; has: object }>([
    { what: "an account that is named", settings: { serviceAccount: "flame" }, has: { serviceAccountName: "flame" } },
    {
      what: "the user's own group where none is named",
      changes: { user: "999" },
      has: { securityContext: { runAsUser: 999, runAsGroup: 999, fsGroup: 999 } },
    },
    { what: "a group for volumes", settings: { fsGroup: 2000 }, has: { securityContext: { fsGroup: 2000 } } },
    { what: "the engine's filter", has: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } } },
    {
      what: "a filter of one's own",
      changes: { security: { seccomp: { kind: "profile", path: "flame.json" } } },
      has: { securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "flame.json" } } },
    },
    { what: "the class of its priority", has: { priorityClassName: "flame-staging-high" } },
    { what: "a class that exists", settings: { priorityClass: "gold" }, has: { priorityClassName: "gold" } },
    { what: "the grace of its turns", has: { terminationGracePeriodSeconds: 200 } },
    {
      what: "a longer wait within its grace",
      settings: { endpointPropagationSeconds: 60 },
      has: { terminationGracePeriodSeconds: 250 },
    },
    {
      what: "what ends no turns the wait on top of its own grace",
      changes: { key: "cache", stopGraceSeconds: 20 },
      has: { terminationGracePeriodSeconds: 30 },
    },
    {
      what: "what listens to nothing its own grace alone",
      changes: { key: "worker", stopGraceSeconds: 20, ports: [], readyPath: undefined },
      has: { terminationGracePeriodSeconds: 20 },
    },
  ])("gets $what", ({ changes, settings, has }) => {
    expect(podOf(changes, { settings: { ...settings } }).spec).toMatchObject(has);
  });

  it("gets the class that governance gives it", () => {
    const classes = { agent: { name: "gold", priority: 7, preempts: false } };
    expect(podOf({}, { governance: { classes } }).spec.priorityClassName).toBe("flame-staging-gold");
  });

  it("pulls with credentials only where a registry asks for them", () => {
    expect(podOf().spec).not.toHaveProperty("imagePullSecrets");
    expect(podOf({}, { registryHosts: ["registry.example"] }).spec.imagePullSecrets).toEqual([
      { name: "flame-staging-registries" },
    ]);
  });

  it("is scraped where it has metrics, and only there", () => {
    expect(podOf().metadata.annotations).toEqual({
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "4111",
      "prometheus.io/path": "/metrics",
    });
    expect(podOf({ metrics: undefined }).metadata.annotations).toEqual({});
  });

  it("carries what isn't a legal label as an annotation", () => {
    const { labels, annotations } = podOf({ labels: { owner: "Ada, London", team: "a" }, metrics: undefined }).metadata;
    expect(labels).toMatchObject({ team: "a", "app.kubernetes.io/name": "agent" });
    expect(labels).not.toHaveProperty("owner");
    expect(annotations).toEqual({ owner: "Ada, London" });
  });
});

describe("a container", () => {
  it.each<{ what: string; changes?: Partial<WorkloadPlan>; settings?: object; has: object }>([
    {
      what: "its image",
      changes: { image: ImageReference.parse("registry.example/a:2.0.0") },
      has: { image: "registry.example/a:2.0.0", imagePullPolicy: "IfNotPresent" },
    },
    {
      what: "its entrypoint as command and its command as arguments",
      changes: { entrypoint: ["/bin/a"], command: ["-v"] },
      has: { command: ["/bin/a"], args: ["-v"] },
    },
    {
      what: "secrets by reference, after its environment",
      has: {
        env: [
          { name: "TZ", value: "UTC" },
          {
            name: "FLAME_ACCESS_TOKEN",
            valueFrom: { secretKeyRef: { name: "flame-staging-access-token", key: "value" } },
          },
        ],
      },
    },
    {
      what: "a generated secret by another name",
      changes: { environment: {}, secrets: { P: { kind: "generated", name: "databasePassword", length: 32 } } },
      has: {
        env: [
          {
            name: "P",
            valueFrom: { secretKeyRef: { name: "flame-staging-generated-database-password", key: "value" } },
          },
        ],
      },
    },
    {
      what: "requests and limits",
      has: { resources: { requests: { cpu: "0.25", memory: "512Mi" }, limits: { cpu: "2", memory: "1024Mi" } } },
    },
    {
      what: "disk space and devices",
      changes: {
        resources: {
          ...own.resources,
          cpuRequest: milliCpu(1500),
          ephemeralRequest: mebibytes(100),
          ephemeralLimit: mebibytes(200),
          gpus: 2,
        },
      },
      has: {
        resources: {
          requests: { cpu: "1.5", memory: "512Mi", "ephemeral-storage": "100Mi", "nvidia.com/gpu": "2" },
          limits: { cpu: "2", memory: "1024Mi", "ephemeral-storage": "200Mi", "nvidia.com/gpu": "2" },
        },
      },
    },
    {
      what: "time to start before its health counts",
      has: {
        startupProbe: { exec: { command: ["check"] }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 5 },
        livenessProbe: { exec: { command: ["check"] }, failureThreshold: 3 },
      },
    },
    {
      what: "readiness by its path, gone at the first failure",
      has: { readinessProbe: { httpGet: { path: "/ready", port: "http" }, failureThreshold: 1 } },
    },
    {
      what: "readiness by its health where it has no path",
      changes: { readyPath: undefined },
      has: { readinessProbe: { exec: { command: ["check"] }, failureThreshold: 3 } },
    },
    { what: "a wait before it is told to stop", has: { lifecycle: { preStop: { sleep: { seconds: 10 } } } } },
    {
      what: "a program that waits on versions before 1.30",
      settings: { version: "1.29", endpointPropagationSeconds: 12 },
      has: { lifecycle: { preStop: { exec: { command: ["sleep", "12"] } } } },
    },
  ])("gets $what", ({ changes, settings, has }) => {
    expect(containerOf(changes, { settings: { ...settings } })).toMatchObject(has);
  });

  it("that listens to nothing has no wait", () => {
    expect(containerOf({ key: "worker", ports: [], readyPath: undefined })).not.toHaveProperty("lifecycle");
  });

  it("sees memory and files, each where it belongs", () => {
    const files = [
      { path: "/etc/flame/prompt.md", content: "a" },
      { path: "/etc/other/prompt.md", content: "b" },
    ];
    const { spec } = podOf({ files });
    const [{ volumeMounts }] = spec.containers;
    expect(spec.volumes).toEqual([
      { name: "mount-0", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
      { name: "files", configMap: { name: expect.stringMatching(/^flame-staging-agent-files-[0-9a-f]{8}$/) } },
    ]);
    const keys = volumeMounts.slice(1).map(({ subPath }: { subPath: string }) => subPath);
    expect(new Set(keys).size).toBe(2);
    expect(volumeMounts[1]).toMatchObject({ mountPath: "/etc/flame/prompt.md", readOnly: true });
  });

  it("sees no folder of a node", () => {
    const mounts = [{ kind: "folder", hostPath: "/srv", containerPath: "/srv", mode: "ro" }] as const;
    expect(podOf({ mounts }).spec.volumes).toEqual([]);
  });
});
