import { describe, expect, it } from "vitest";
import { swarmNetworkArgs, swarmServiceArgs } from "../../../components/orchestration/swarm/swarm.resources.ts";
import { expectEmitted } from "./expect-emitted.ts";
import { fullSwarm } from "./swarm-plan.ts";

const LABELS = [{ label: "team", value: "assistants" }];
const argsOf = (key: string) => {
  const service = fullSwarm().services.find((one) => one.key === key);
  if (!service) throw new Error(`the plan has ${key}`);
  return swarmServiceArgs(service, { network: "net", secrets: new Map(), configs: new Map() });
};

describe("Pulumi's resources of a Swarm's workload that says something at every leaf", () => {
  it("are a service", () => {
    expectEmitted(argsOf("cache"), {
      name: "flame-staging-cache",
      labels: LABELS,
      mode: { replicated: { replicas: 4 } },
      endpointSpec: {
        mode: "vip",
        // A Swarm publishes on every address: the port of one address alone isn't its.
        ports: [{ targetPort: 4101, publishedPort: 8102, protocol: "tcp", publishMode: "ingress" }],
      },
      updateConfig: {
        parallelism: 2,
        delay: "17s",
        failureAction: "pause",
        monitor: "1m11s",
        maxFailureRatio: "0.15",
        order: "start-first",
      },
      rollbackConfig: {
        parallelism: 3,
        delay: "19s",
        failureAction: "continue",
        monitor: "1m13s",
        maxFailureRatio: "0.25",
        order: "stop-first",
      },
      // Two replacements of two at once, each with its pause and its watch; the grace; and five minutes.
      convergeConfig: { delay: "3s", timeout: "11m9s" },
      taskSpec: {
        containerSpec: {
          image: "registry.example/team/cache:7.4.1",
          commands: ["/bin/cache"],
          args: ["serve", "--fast"],
          user: "1201:1302",
          env: { TZ: "Europe/Vienna", CACHE_TOKEN_FILE: "/run/secrets/flame-staging-access-token" },
          readOnly: true,
          capDrops: ["ALL"],
          labels: [{ label: "blueprint.component", value: "cache" }],
          mounts: [
            { type: "bind", source: "/srv/rules", target: "/rules", readOnly: true },
            { type: "bind", source: "/srv/spool", target: "/spool", readOnly: false },
            // Bytes of 59 MiB.
            { type: "tmpfs", target: "/run", tmpfsOptions: { sizeBytes: 61_865_984 } },
          ],
          healthcheck: {
            tests: ["CMD", "check", "--deep"],
            interval: "11s",
            timeout: "7s",
            startPeriod: "37s",
            retries: 4,
          },
          stopGracePeriod: "3m13s",
          secrets: [],
          configs: [],
        },
        networksAdvanceds: [{ id: "net", aliases: ["flame-staging-cache"] }],
        resources: {
          // 1.7 cores and 809 MiB; 0.31 cores and 401 MiB.
          limits: { nanoCpus: 1_700_000_000, memoryBytes: 848_297_984 },
          reservation: {
            nanoCpus: 310_000_000,
            memoryBytes: 420_478_976,
            genericResources: { discreteResourcesSpecs: ["gpu=3"] },
          },
        },
        restartPolicy: { condition: "on-failure", delay: "9s", maxAttempts: 8, window: "2m7s" },
        placement: {
          // The one host has a taint that the workload doesn't tolerate.
          constraints: ["node.labels.zone==vienna", "node.hostname!=node-1"],
          prefs: ["spread=node.labels.rack"],
          maxReplicas: 1,
        },
        logDriver: { name: "json-file", options: { "max-size": "13631488", "max-file": "6" } },
      },
    });
  });

  it("are a service that keeps data: one of it, where its volume is, replaced in place", () => {
    expect(argsOf("store")).toMatchObject({
      mode: { replicated: { replicas: 1 } },
      updateConfig: { parallelism: 0, order: "stop-first" },
      taskSpec: {
        containerSpec: { mounts: [{ type: "volume", source: "flame-staging-cache-data", target: "/var/lib/cache" }] },
        placement: { constraints: ["node.labels.zone==vienna", "node.hostname==node-1"] },
      },
    });
  });

  it("are a network", () => {
    expectEmitted(swarmNetworkArgs(fullSwarm().network), {
      name: "flame-staging-net",
      driver: "overlay",
      attachable: true,
      internal: false,
      ipamConfigs: [{ subnet: "10.51.0.0/20", gateway: "10.51.0.1", ipRange: undefined }],
      options: { mtu: "1387", encrypted: "true" },
      labels: [{ label: "blueprint.component", value: "network" }],
    });
  });
});
