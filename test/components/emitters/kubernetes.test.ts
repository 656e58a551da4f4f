import { describe, expect, it } from "vitest";
import { FULL_KEEPER, FULL_VOLUME, fullWorkload } from "../../support/full-workload.ts";
import { kubernetesPlanOf, objectOf } from "../../support/kubernetes.ts";
import { expectEmitted } from "./expect-emitted.ts";

const SETTINGS = { version: "1.32", endpointPropagationSeconds: 13, progressDeadlineSeconds: 907, fsGroup: 1605 };
const LABELS = { team: "assistants", "app.kubernetes.io/managed-by": "blueprint" };
const SELECTOR = { "app.kubernetes.io/name": "cache", "app.kubernetes.io/instance": "flame-staging-cache" };

const plan = kubernetesPlanOf({
  workloads: [
    // A folder of a node is refused before.
    fullWorkload({
      mounts: [{ kind: "memory", containerPath: "/run", sizeMiB: 59, options: [], owner: undefined }],
      files: [{ path: "/etc/cache/rules.yaml", content: "a: 1\n" }],
    }),
  ],
  settings: SETTINGS,
});

/** How often, how long and how many times a pod's checks run. */
const PROBE = { periodSeconds: 11, timeoutSeconds: 7, failureThreshold: 4 };
const CHECK = { exec: { command: ["check", "--deep"] } };

describe("Kubernetes' objects of a workload that says something at every leaf", () => {
  it("are a deployment", () => {
    const { metadata, spec } = objectOf(plan, "Deployment");
    expectEmitted(metadata, { name: "flame-staging-cache", namespace: "flame-staging", labels: LABELS });
    expectEmitted(spec, {
      replicas: 4,
      revisionHistoryLimit: 5,
      minReadySeconds: 17,
      progressDeadlineSeconds: 907,
      selector: { matchLabels: SELECTOR },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { ...LABELS, ...SELECTOR },
          annotations: {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": "9305",
            "prometheus.io/path": "/figures",
            // Bits of 2 MiB that come in and of 5 MiB that go out in a second.
            "kubernetes.io/ingress-bandwidth": "16777216",
            "kubernetes.io/egress-bandwidth": "41943040",
          },
        },
        spec: {
          serviceAccountName: "flame-staging",
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          priorityClassName: "flame-staging-medium",
          // Its own 193 s, and 13 s until no endpoint leads to it.
          terminationGracePeriodSeconds: 206,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1201,
            runAsGroup: 1302,
            fsGroup: 1605,
            seccompProfile: { type: "Localhost", localhostProfile: "profiles/cache.json" },
          },
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: ["vienna"] }] }],
              },
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 61, preference: { matchExpressions: [{ key: "disk", operator: "In", values: ["fast"] }] } },
              ],
            },
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { labelSelector: { matchLabels: SELECTOR }, topologyKey: "kubernetes.io/hostname" },
              ],
            },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "rack",
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: { matchLabels: SELECTOR },
              matchLabelKeys: ["pod-template-hash"],
            },
          ],
          tolerations: [{ key: "dedicated", operator: "Equal", value: "caches", effect: "NoSchedule" }],
          containers: [
            {
              name: "cache",
              image: "registry.example/team/cache:7.4.1",
              imagePullPolicy: "IfNotPresent",
              command: ["/bin/cache"],
              args: ["serve", "--fast"],
              env: [
                { name: "TZ", value: "Europe/Vienna" },
                {
                  name: "CACHE_TOKEN",
                  valueFrom: { secretKeyRef: { name: "flame-staging-access-token", key: "value" } },
                },
              ],
              ports: [
                { name: "port-1", containerPort: 4101, protocol: "TCP" },
                { name: "port-2", containerPort: 4203, protocol: "UDP" },
              ],
              resources: {
                requests: { cpu: "0.31", memory: "401Mi", "ephemeral-storage": "211Mi", "nvidia.com/gpu": "3" },
                limits: { cpu: "1.7", memory: "809Mi", "ephemeral-storage": "307Mi", "nvidia.com/gpu": "3" },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                privileged: false,
                capabilities: { drop: ["ALL"] },
              },
              // 37 s are four checks of 11 s, and four more may fail.
              startupProbe: { ...CHECK, ...PROBE, failureThreshold: 8 },
              livenessProbe: { ...CHECK, ...PROBE },
              readinessProbe: { httpGet: { path: "/ready-now", port: "port-1" }, ...PROBE, failureThreshold: 1 },
              lifecycle: { preStop: { sleep: { seconds: 13 } } },
              volumeMounts: [
                { name: "mount-0", mountPath: "/run" },
                { name: "files", mountPath: "/etc/cache/rules.yaml", subPath: expect.any(String), readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: "mount-0", emptyDir: { medium: "Memory", sizeLimit: "59Mi" } },
            { name: "files", configMap: { name: expect.stringMatching(/^flame-staging-cache-/) } },
          ],
        },
      },
    });
  });

  it("are a service, under the ports that the process listens on", () => {
    expectEmitted(objectOf(plan, "Service").spec, {
      type: "ClusterIP",
      selector: SELECTOR,
      ports: [
        { name: "port-1", port: 4101, targetPort: "port-1", protocol: "TCP" },
        { name: "port-2", port: 4203, targetPort: "port-2", protocol: "UDP" },
      ],
    });
  });

  it("are a set of one and its claim, of what keeps data", () => {
    const kept = kubernetesPlanOf({ workloads: [FULL_KEEPER], volumes: [FULL_VOLUME], settings: SETTINGS });
    const { spec } = objectOf(kept, "StatefulSet");
    expect(spec).toMatchObject({ replicas: 1, serviceName: "flame-staging-cache", minReadySeconds: 17 });
    expectEmitted(spec.template.spec.volumes, [
      { name: "mount-0", persistentVolumeClaim: { claimName: "flame-staging-cache-data" } },
    ]);
    expectEmitted(spec.template.spec.containers[0].volumeMounts, [{ name: "mount-0", mountPath: "/var/lib/cache" }]);
    expect(objectOf(kept, "PersistentVolumeClaim")).toMatchObject({
      metadata: { name: "flame-staging-cache-data", labels: { purpose: "cache" } },
      spec: { resources: { requests: { storage: "5120Mi" } } },
    });
  });
});
