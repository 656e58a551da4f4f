import { expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { kubePlayPods, kubePlayVolumes } from "../../../components/orchestration/index.ts";
import { FULL_VOLUME } from "../../support/full-workload.ts";
import { expectEmitted } from "./expect-emitted.ts";
import { fullHost, REVISION } from "./standalone-containers.ts";

it("a document for podman kube play says all of workloads that say something at every leaf", () => {
  const { containers, network } = fullHost("podman");
  const text = kubePlayPods("staging", network.name, containers);
  const [cache, store] = parseAllDocuments(text).map((document) => document.toJS());
  expectEmitted(cache, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "flame-staging-cache",
      labels: { team: "assistants", "blueprint.revision": expect.stringMatching(REVISION) },
    },
    spec: {
      hostname: "flame-staging-cache",
      restartPolicy: "OnFailure",
      terminationGracePeriodSeconds: 193,
      automountServiceAccountToken: false,
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
            { containerPort: 4101, hostPort: 8102, hostIP: "0.0.0.0", protocol: "TCP" },
            { containerPort: 4203, hostPort: 8204, hostIP: "10.1.2.3", protocol: "UDP" },
          ],
          resources: { requests: { memory: "401Mi" }, limits: { cpu: "1.7", memory: "809Mi" } },
          securityContext: {
            runAsUser: 1201,
            runAsGroup: 1302,
            runAsNonRoot: true,
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            privileged: false,
            capabilities: { drop: ["ALL"] },
          },
          livenessProbe: {
            exec: { command: ["check", "--deep"] },
            initialDelaySeconds: 37,
            periodSeconds: 11,
            timeoutSeconds: 7,
            failureThreshold: 4,
          },
          volumeMounts: [
            { name: "flame-staging-cache-0", mountPath: "/rules", readOnly: true },
            { name: "flame-staging-cache-1", mountPath: "/spool" },
            { name: "flame-staging-cache-2", mountPath: "/run" },
          ],
        },
      ],
      volumes: [
        { name: "flame-staging-cache-0", hostPath: { path: "/srv/rules", type: "Directory" } },
        { name: "flame-staging-cache-1", hostPath: { path: "/srv/spool", type: "Directory" } },
        { name: "flame-staging-cache-2", emptyDir: { medium: "Memory", sizeLimit: "59Mi" } },
      ],
    },
  });
  expectEmitted(store.spec.volumes, [
    { name: "flame-staging-store-0", persistentVolumeClaim: { claimName: "flame-staging-cache-data" } },
  ]);
  expectEmitted(store.spec.containers[0].volumeMounts, [
    { name: "flame-staging-store-0", mountPath: "/var/lib/cache" },
  ]);
  // How each is stopped stands in the head, since Podman 4 leaves the pod's own grace out of account.
  expect(text).toContain("podman stop --time 193 flame-staging-cache-cache\n");
  expect(text).toContain("podman kube play --network flame-staging-net pods.yaml\n");
});

it("and one for its volumes says theirs", () => {
  expect(parse(kubePlayVolumes([FULL_VOLUME]))).toMatchObject({
    kind: "PersistentVolumeClaim",
    metadata: { name: "flame-staging-cache-data", labels: { purpose: "cache" } },
  });
});
