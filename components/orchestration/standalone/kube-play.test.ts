import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { containerPlan } from "../../../test/support/container-plan.ts";
import type { ContainerPlan } from "../container.plan.ts";
import { kubePlayPods, kubePlayVolumes } from "./kube-play.ts";

const podOf = (changes: Partial<ContainerPlan>) =>
  parseAllDocuments(kubePlayPods("dev", "flame", [containerPlan(changes)]))[0]?.toJS();

describe("a pod", () => {
  it("is a container without privileges, with its limits, probe and grace", () => {
    expect(podOf({ environment: { A: "1" } })).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "flame-dev-cache", labels: {} },
      spec: {
        hostname: "flame-dev-cache",
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 30,
        automountServiceAccountToken: false,
        containers: [
          {
            name: "cache",
            image: "registry.example/team/cache:7.4.1",
            imagePullPolicy: "IfNotPresent",
            env: [{ name: "A", value: "1" }],
            ports: [],
            resources: { requests: { memory: "256Mi" }, limits: { cpu: "0.5", memory: "512Mi" } },
            securityContext: {
              runAsUser: 999,
              runAsGroup: 998,
              runAsNonRoot: true,
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
              privileged: false,
              capabilities: { drop: ["ALL"] },
            },
            livenessProbe: {
              exec: { command: ["cache", "ping"] },
              initialDelaySeconds: 0,
              periodSeconds: 60,
              timeoutSeconds: 5,
              failureThreshold: 3,
            },
            volumeMounts: [],
          },
        ],
        volumes: [],
      },
    });
  });

  it.each<{ why: string; changes: Partial<ContainerPlan>; spec: object }>([
    {
      why: "arguments",
      changes: { command: ["--port", "6379"] },
      spec: { containers: [{ args: ["--port", "6379"] }] },
    },
    {
      why: "a user without a group",
      changes: { user: "999" },
      spec: { containers: [{ securityContext: { runAsUser: 999 } }] },
    },
    { why: "name servers", changes: { dnsServers: ["9.9.9.9"] }, spec: { dnsConfig: { nameservers: ["9.9.9.9"] } } },
    {
      why: "a secret by its name",
      changes: { secrets: { KEY: { kind: "configuration", name: "modelApiKey" } } },
      spec: {
        containers: [
          { env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "flame-dev-model-api-key", key: "value" } } }] },
        ],
      },
    },
    {
      why: "a published port",
      changes: { ports: [{ hostPort: 80, containerPort: 8080, protocol: "udp", address: "127.0.0.1" }] },
      spec: { containers: [{ ports: [{ containerPort: 8080, hostPort: 80, hostIP: "127.0.0.1", protocol: "UDP" }] }] },
    },
    {
      why: "mounts of every kind",
      changes: {
        mounts: [
          { kind: "volume", volume: "flame-data", containerPath: "/data" },
          { kind: "folder", hostPath: "/srv/a", containerPath: "/a", mode: "ro" },
          { kind: "folder", hostPath: "/srv/b", containerPath: "/b", mode: "rw" },
          { kind: "memory", containerPath: "/tmp", sizeMiB: 64, options: ["noexec"], owner: undefined },
        ],
      },
      spec: {
        containers: [
          {
            volumeMounts: [
              { name: "flame-dev-cache-0", mountPath: "/data" },
              { name: "flame-dev-cache-1", mountPath: "/a", readOnly: true },
              { name: "flame-dev-cache-2", mountPath: "/b" },
              { name: "flame-dev-cache-3", mountPath: "/tmp" },
            ],
          },
        ],
        volumes: [
          { name: "flame-dev-cache-0", persistentVolumeClaim: { claimName: "flame-data" } },
          { name: "flame-dev-cache-1", hostPath: { path: "/srv/a", type: "Directory" } },
          { name: "flame-dev-cache-2", hostPath: { path: "/srv/b", type: "Directory" } },
          { name: "flame-dev-cache-3", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
        ],
      },
    },
    { why: "no restart", changes: { restart: { kind: "never" } }, spec: { restartPolicy: "Never" } },
    {
      why: "a restart after a failure",
      changes: { restart: { kind: "on-failure", maxRetries: 4 } },
      spec: { restartPolicy: "OnFailure" },
    },
    { why: "a restart always", changes: { restart: { kind: "always" } }, spec: { restartPolicy: "Always" } },
  ])("says $why", ({ changes, spec }) => {
    expect(podOf(changes)).toMatchObject({ spec });
  });

  it("has no group where its user has none", () => {
    expect(podOf({ user: "999" })?.spec.containers[0].securityContext).not.toHaveProperty("runAsGroup");
  });
});

describe("the file's head", () => {
  it("tells how to play it, and how to stop it with its grace, the last started first", () => {
    const agent = containerPlan({ name: "flame-dev-agent", key: "agent", stopGraceSeconds: 190 });
    const text = kubePlayPods("dev", "flame", [containerPlan(), agent]);
    expect(text.split("\n").filter((line) => line.startsWith("#"))).toEqual([
      "# To play: podman kube play --network flame pods.yaml",
      "# To stop, so that running turns finish (kube down kills at once):",
      "#   podman stop --time 190 flame-dev-agent-agent",
      "#   podman stop --time 30 flame-dev-cache-cache",
      "#   podman kube down pods.yaml",
    ]);
    expect(parseAllDocuments(text)).toHaveLength(2);
  });

  it("tells each secret once, however many containers need it", () => {
    const secrets = { KEY: { kind: "configuration", name: "modelApiKey" } } as const;
    const text = kubePlayPods("dev", "flame", [containerPlan({ secrets }), containerPlan({ secrets })]);
    expect(text.match(/podman secret create flame-dev-model-api-key /g)).toHaveLength(1);
  });
});

describe("the claims of volumes", () => {
  it("name the volumes with their labels", () => {
    const [claim] = parseAllDocuments(
      kubePlayVolumes([
        { name: "flame-data", persistent: true, driver: "local", driverOptions: {}, labels: { team: "a" } },
      ]),
    );
    expect(claim?.toJS()).toMatchObject({
      kind: "PersistentVolumeClaim",
      metadata: { name: "flame-data", labels: { team: "a" } },
    });
  });
});
