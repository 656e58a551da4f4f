import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const texts = z.array(z.string()).default([]);
const labels = z.record(z.string(), z.string()).default({});

/** The keys that the rendered file has; another one is an error, so that nothing is left out unseen. */
const Service = z.strictObject({
  container_name: z.string(),
  hostname: z.string(),
  image: z.string(),
  entrypoint: texts,
  command: texts,
  user: z.string(),
  environment: z.record(z.string(), z.string()),
  secrets: texts,
  init: z.literal(true),
  read_only: z.literal(true),
  cap_drop: texts,
  security_opt: texts,
  networks: z.strictObject({ default: z.strictObject({ aliases: texts }) }),
  ports: z.array(
    z.strictObject({ target: z.int(), published: z.string(), host_ip: z.string(), protocol: z.enum(["tcp", "udp"]) }),
  ),
  volumes: z.array(
    z.strictObject({
      type: z.enum(["volume", "bind"]),
      source: z.string(),
      target: z.string(),
      read_only: z.boolean().default(false),
    }),
  ),
  tmpfs: texts,
  healthcheck: z.strictObject({
    test: texts,
    interval: z.string(),
    timeout: z.string(),
    start_period: z.string(),
    retries: z.int(),
  }),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal("service_healthy") })),
  restart: z.string(),
  logging: z.strictObject({ driver: z.string(), options: labels }),
  cpus: z.string(),
  cpu_shares: z.int(),
  cpuset: z.string().optional(),
  mem_limit: z.string(),
  mem_reservation: z.string(),
  memswap_limit: z.string(),
  stop_grace_period: z.string(),
  labels,
});

const ComposeFile = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  networks: z.strictObject({
    default: z.strictObject({
      name: z.string(),
      driver: z.string(),
      driver_opts: labels,
      ipam: z.strictObject({
        config: z.array(z.strictObject({ subnet: z.string(), gateway: z.string(), ip_range: z.string().optional() })),
      }),
      labels,
    }),
  }),
  volumes: z.record(z.string(), z.strictObject({ name: z.string(), driver: z.string(), driver_opts: labels, labels })),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

/** A container of the file, with the command that makes it and the containers that must be healthy before. */
export interface ComposeRun {
  readonly name: string;
  readonly after: readonly string[];
  readonly command: readonly string[];
}

/**
 * The `docker` commands that `docker compose up` stands for (Compose specification), for machines without its plugin:
 * those for networks and volumes, then the containers in the order of their dependencies.
 */
export async function composeCommands(
  path: string,
): Promise<{ readonly before: readonly (readonly string[])[]; readonly runs: readonly ComposeRun[] }> {
  const file = ComposeFile.parse(parse(await readFile(path, "utf8")));
  const network = file.networks.default;
  const flags = (name: string, entries: Readonly<Record<string, string>>) =>
    Object.entries(entries).map(([key, value]) => `--${name}=${key}=${value}`);
  const ranges = network.ipam.config.flatMap(({ subnet, gateway, ip_range }) => [
    `--subnet=${subnet}`,
    `--gateway=${gateway}`,
    ...(ip_range === undefined ? [] : [`--ip-range=${ip_range}`]),
  ]);
  const options = [...ranges, ...flags("opt", network.driver_opts), ...flags("label", network.labels)];
  return {
    before: [
      ["network", "create", `--driver=${network.driver}`, ...options, network.name],
      ...Object.values(file.volumes).map(({ name, driver, driver_opts, labels: own }) => [
        ...["volume", "create", `--driver=${driver}`],
        ...flags("opt", driver_opts),
        ...flags("label", own),
        name,
      ]),
    ],
    runs: Object.values(file.services).map((service) => ({
      name: service.container_name,
      after: Object.keys(service.depends_on),
      command: runCommand(service, network.name, (secret) => join(dirname(path), file.secrets[secret]?.file ?? "")),
    })),
  };
}

function runCommand(service: z.output<typeof Service>, network: string, fileOf: (secret: string) => string): string[] {
  const { healthcheck, logging } = service;
  const [kind, ...check] = healthcheck.test;
  if (kind !== "CMD")
    throw new Error(`the health check of ${service.container_name} begins with ${kind}, not with CMD`);
  const [entrypoint, ...rest] = service.entrypoint.map(unescaped);
  return [
    "run",
    "--detach",
    "--init",
    "--read-only",
    `--name=${service.container_name}`,
    `--hostname=${service.hostname}`,
    `--user=${service.user}`,
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    ...Object.entries(service.environment).map(([name, value]) => `--env=${name}=${unescaped(value)}`),
    ...service.secrets.map((secret) => `--volume=${fileOf(secret)}:/run/secrets/${secret}:ro`),
    ...service.cap_drop.map((capability) => `--cap-drop=${capability}`),
    ...service.security_opt.map((option) => `--security-opt=${option}`),
    `--network=${network}`,
    ...service.networks.default.aliases.map((alias) => `--network-alias=${alias}`),
    ...service.ports.map(
      ({ host_ip, published, target, protocol }) => `--publish=${host_ip}:${published}:${target}/${protocol}`,
    ),
    ...service.volumes.map(({ source, target, read_only }) => `--volume=${source}:${target}${read_only ? ":ro" : ""}`),
    ...service.tmpfs.map((mount) => `--tmpfs=${mount}`),
    // The command line takes a check as a shell's words.
    `--health-cmd=${check.join(" ")}`,
    `--health-interval=${healthcheck.interval}`,
    `--health-timeout=${healthcheck.timeout}`,
    `--health-start-period=${healthcheck.start_period}`,
    `--health-retries=${healthcheck.retries}`,
    `--restart=${service.restart}`,
    `--log-driver=${logging.driver}`,
    ...Object.entries(logging.options).map(([name, value]) => `--log-opt=${name}=${value}`),
    `--cpus=${service.cpus}`,
    `--cpu-shares=${service.cpu_shares}`,
    ...(service.cpuset === undefined ? [] : [`--cpuset-cpus=${service.cpuset}`]),
    `--memory=${service.mem_limit}`,
    `--memory-reservation=${service.mem_reservation}`,
    `--memory-swap=${service.memswap_limit}`,
    `--stop-timeout=${service.stop_grace_period.replace(/s$/, "")}`,
    ...Object.entries(service.labels).map(([name, value]) => `--label=${name}=${value}`),
    service.image,
    ...rest,
    ...service.command.map(unescaped),
  ];
}

/** Compose writes a dollar twice. */
function unescaped(text: string): string {
  return text.replaceAll("$$", () => "$");
}
