import { expect, it } from "vitest";
import { parse } from "yaml";
import { composeFile } from "../../../components/orchestration/index.ts";
import { expectEmitted } from "./expect-emitted.ts";
import { fullHost, REVISION } from "./standalone-containers.ts";

it("a Compose file says all of workloads that say something at every leaf", () => {
  expectEmitted(parse(composeFile("staging", "flame-staging", fullHost("docker"))), {
    name: "flame-staging",
    services: {
      "flame-staging-cache": {
        container_name: "flame-staging-cache",
        hostname: "flame-staging-cache",
        image: "registry.example/team/cache:7.4.1",
        entrypoint: ["/bin/cache"],
        command: ["serve", "--fast"],
        user: "1201:1302",
        environment: { TZ: "Europe/Vienna", CACHE_TOKEN_FILE: "/run/secrets/flame-staging-access-token" },
        secrets: ["flame-staging-access-token"],
        init: true,
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        networks: { default: { aliases: ["flame-staging-cache"] } },
        ports: [
          { target: 4101, published: "8102", host_ip: "0.0.0.0", protocol: "tcp" },
          { target: 4203, published: "8204", host_ip: "10.1.2.3", protocol: "udp" },
        ],
        volumes: [
          { type: "bind", source: "/srv/rules", target: "/rules", read_only: true },
          { type: "bind", source: "/srv/spool", target: "/spool", read_only: false },
        ],
        tmpfs: ["/run:size=59m,noexec,uid=1403,gid=1504"],
        healthcheck: {
          test: ["CMD", "check", "--deep"],
          interval: "11s",
          timeout: "7s",
          start_period: "37s",
          retries: 4,
        },
        depends_on: {},
        restart: "on-failure:8",
        logging: { driver: "json-file", options: { "max-size": "13631488", "max-file": "6" } },
        cpus: "1.7",
        // 0.31 cores of 1024 shares each, at the weight of a medium priority.
        cpu_shares: 317,
        cpuset: "2-5",
        mem_limit: "809m",
        mem_reservation: "401m",
        // 809 of memory and 103 of swap.
        memswap_limit: "912m",
        stop_grace_period: "193s",
        labels: { team: "assistants", "blueprint.revision": expect.stringMatching(REVISION) },
      },
      "flame-staging-store": expect.objectContaining({
        volumes: [{ type: "volume", source: "flame-staging-cache-data", target: "/var/lib/cache" }],
        depends_on: { "flame-staging-cache": { condition: "service_healthy" } },
      }),
    },
    networks: {
      default: {
        name: "flame-staging-net",
        driver: "bridge",
        driver_opts: { mtu: "1387" },
        ipam: { config: [{ subnet: "10.31.0.0/20", gateway: "10.31.0.7", ip_range: "10.31.4.0/22" }] },
        labels: { "blueprint.component": "network" },
      },
    },
    volumes: {
      "flame-staging-cache-data": {
        name: "flame-staging-cache-data",
        driver: "nfs",
        driver_opts: { share: "files.example:/cache" },
        labels: { purpose: "cache" },
      },
    },
    secrets: { "flame-staging-access-token": { file: "./secrets/flame-staging-access-token" } },
  });
});
