import { expect, it } from "vitest";
import { parse } from "yaml";
import { swarmStack } from "../../../components/orchestration/index.ts";
import { expectEmitted } from "./expect-emitted.ts";
import { fullSwarm } from "./swarm-plan.ts";

const CONFIG = /^flame-staging-[0-9a-f]{8}-[0-9a-f]{8}$/;

it("a stack file says all of workloads that say something at every leaf", () => {
  const plan = fullSwarm();
  const [config] = plan.configs.map(({ name }) => name);
  expect(config).toMatch(CONFIG);
  expectEmitted(parse(swarmStack(plan)), {
    version: "3.9",
    services: {
      cache: {
        image: "registry.example/team/cache:7.4.1",
        entrypoint: ["/bin/cache"],
        command: ["serve", "--fast"],
        user: "1201:1302",
        environment: { TZ: "Europe/Vienna", CACHE_TOKEN_FILE: "/run/secrets/flame-staging-access-token" },
        read_only: true,
        cap_drop: ["ALL"],
        labels: { "blueprint.component": "cache" },
        networks: { default: { aliases: ["flame-staging-cache"] } },
        volumes: [
          { type: "bind", source: "/srv/rules", target: "/rules", read_only: true },
          { type: "bind", source: "/srv/spool", target: "/spool", read_only: false },
          // Bytes of 59 MiB.
          { type: "tmpfs", target: "/run", tmpfs: { size: 61_865_984 } },
        ],
        secrets: [
          {
            source: "flame-staging-access-token",
            target: "flame-staging-access-token",
            uid: "1201",
            gid: "1302",
            // Readable by its user alone.
            mode: 0o400,
          },
        ],
        configs: [{ source: config, target: "/etc/cache/rules.yaml" }],
        ports: [{ target: 4101, published: 8102, protocol: "tcp", mode: "ingress" }],
        healthcheck: {
          test: ["CMD", "check", "--deep"],
          interval: "11s",
          timeout: "7s",
          start_period: "37s",
          retries: 4,
        },
        stop_grace_period: "193s",
        logging: { driver: "json-file", options: { "max-size": "13631488", "max-file": "6" } },
        deploy: {
          labels: { team: "assistants" },
          mode: "replicated",
          replicas: 4,
          endpoint_mode: "vip",
          placement: {
            // The one host has a taint that the workload doesn't tolerate.
            constraints: ["node.labels.zone==vienna", "node.hostname!=node-1"],
            preferences: [{ spread: "node.labels.rack" }],
            max_replicas_per_node: 1,
          },
          resources: {
            // Bytes of 809 and of 401 MiB.
            limits: { cpus: "1.7", memory: "848297984b" },
            reservations: {
              cpus: "0.31",
              memory: "420478976b",
              generic_resources: [{ discrete_resource_spec: { kind: "gpu", value: 3 } }],
            },
          },
          restart_policy: { condition: "on-failure", delay: "9s", window: "127s", max_attempts: 8 },
          update_config: {
            parallelism: 2,
            delay: "17s",
            failure_action: "pause",
            monitor: "71s",
            max_failure_ratio: 0.15,
            order: "start-first",
          },
          rollback_config: {
            parallelism: 3,
            delay: "19s",
            failure_action: "continue",
            monitor: "73s",
            max_failure_ratio: 0.25,
            order: "stop-first",
          },
        },
      },
      store: expect.objectContaining({
        volumes: [{ type: "volume", source: "flame-staging-cache-data", target: "/var/lib/cache" }],
      }),
    },
    networks: {
      default: {
        name: "flame-staging-net",
        driver: "overlay",
        attachable: true,
        internal: false,
        driver_opts: { mtu: "1387", encrypted: "true" },
        ipam: { config: [{ subnet: "10.51.0.0/20" }] },
        labels: { "blueprint.component": "network" },
      },
    },
    secrets: { "flame-staging-access-token": { external: true, name: "flame-staging-access-token" } },
    configs: { [config ?? ""]: { file: `./configs/${config}`, name: config } },
    volumes: {
      "flame-staging-cache-data": {
        name: "flame-staging-cache-data",
        driver: "nfs",
        driver_opts: { share: "files.example:/cache" },
        labels: { purpose: "cache" },
      },
    },
  });
});
