import { isIP } from "node:net";
import { posix } from "node:path";
import { z } from "zod";
import {
  Bytes,
  bytesBetween,
  Cpu,
  CpuLimit,
  formatBytes,
  formatCpu,
  ImageReference,
  Port,
  refuse,
} from "../core/index.ts";

/** A path of the host or of a container, which engines write between colons. */
export const AbsolutePath = z
  .string()
  .refine(
    (path) => /^(\/[^/:\p{Cc}]+)+$/u.test(path) && path === posix.normalize(path),
    "an absolute path below the root, without ., .., colons, doubled slashes or one at its end",
  );

/** A port of a container that the host answers on. */
export const PublishedPort = z.strictObject({
  hostPort: Port.meta({ description: "Port on the host.", example: 4111 }),
  containerPort: Port.prefault(4111).meta({
    description: "Port that the process in the container listens on.",
    example: 4111,
  }),
  protocol: z.enum(["tcp", "udp"]).prefault("tcp").meta({ description: "Transport protocol." }),
  address: z
    .string()
    .refine(
      (text) => isIP(text) === 4,
      "an IPv4 address of the host: 127.0.0.1 for this machine only, 0.0.0.0 for the network",
    )
    .prefault("127.0.0.1")
    .meta({
      description: "Host address that is listened on: loopback keeps the port to this machine.",
      example: "127.0.0.1",
    }),
});

/** A folder of the host inside a container. */
export const HostFolder = z.strictObject({
  hostPath: AbsolutePath.meta({ description: "Folder on the host.", example: "/srv/flame/documents" }),
  containerPath: AbsolutePath.meta({ description: "Where the container sees it.", example: "/documents" }),
  mode: z
    .enum(["ro", "rw"])
    .prefault("ro")
    .meta({ description: "Whether the container may only read it or write it too." }),
});

const HealthCheckCommand = z
  .array(z.string().min(1))
  .min(1)
  .meta({
    description: "Program and arguments, run in the container without a shell; exit code 0 is healthy.",
    example: ["node", "check.ts"],
  });

function healthCheckOf<Command extends z.ZodType<string[]>>(command: Command) {
  return z
    .strictObject({
      command,
      intervalSeconds: z
        .int()
        .min(1)
        .max(3600)
        .prefault(10)
        .meta({ description: "Time between two checks.", unit: "seconds" }),
      timeoutSeconds: z
        .int()
        .min(1)
        .max(600)
        .prefault(5)
        .meta({ description: "Time after which a check counts as failed.", unit: "seconds" }),
      startPeriodSeconds: z
        .int()
        .min(0)
        .max(3600)
        .prefault(20)
        .meta({ description: "Time after the start in which failed checks don't count.", unit: "seconds" }),
      retries: z
        .int()
        .min(1)
        .max(100)
        .prefault(3)
        .meta({ description: "Failed checks in a row that make a container unhealthy.", unit: "checks" }),
    })
    .superRefine(({ timeoutSeconds, intervalSeconds }, context) => {
      if (timeoutSeconds > intervalSeconds) {
        refuse(context, {
          path: ["timeoutSeconds"],
          allowed: `at most the interval of ${intervalSeconds} s`,
          mend: "lower timeoutSeconds or raise intervalSeconds, so that checks don't pile up",
        });
      }
    });
}

/** How an engine finds out whether a container works. */
export const HealthCheck = healthCheckOf(HealthCheckCommand);

/** A health check whose command is known; a user may still write another. */
export function healthCheckWith(command: string[]) {
  return healthCheckOf(HealthCheckCommand.prefault(command)).prefault({});
}

/** When an engine starts a container again that has ended. */
export const RestartPolicy = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("never").meta({ description: "Never." }) }),
  z.strictObject({
    kind: z.literal("on-failure").meta({ description: "After an exit code other than 0." }),
    maxRetries: z
      .int()
      .min(1)
      .max(1000)
      .prefault(5)
      .meta({ description: "Restarts before the engine gives up.", unit: "restarts" }),
  }),
  z.strictObject({ kind: z.literal("always").meta({ description: "Whenever it ends, and when the engine starts." }) }),
  z.strictObject({
    kind: z.literal("unless-stopped").meta({ description: "Whenever it ends, unless somebody stopped it." }),
  }),
]);

/** Where a container's output goes. */
export const Logging = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("file").meta({ description: "A file that the engine keeps and rotates." }),
    maxSize: bytesBetween("1KiB").prefault("10MiB").meta({
      description: "Size at which the file is rotated.",
      unit: "bytes",
      example: "10MiB",
    }),
    maxFiles: z
      .int()
      .min(1)
      .max(100)
      .prefault(1)
      .meta({ description: "Files that are kept; Podman keeps one.", unit: "files" }),
  }),
  z.strictObject({
    kind: z.literal("journald").meta({ description: "The host's systemd journal." }),
    tag: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: "Identifier in the journal; the container's name where it is left out.", example: "flame" }),
  }),
  z.strictObject({ kind: z.literal("none").meta({ description: "Nowhere: output is dropped." }) }),
]);

/** What a container's CPU weight is made of, beside its request. */
const PRIORITIES = ["high", "medium", "low"] as const;

/** Less is refused by Docker, and nothing is read as unlimited. */
const SMALLEST_MEMORY = "6MiB";

function containerResources(priority: (typeof PRIORITIES)[number], cpuLimit: string) {
  return z
    .strictObject({
      requests: z
        .strictObject({
          cpu: Cpu.prefault("250m").meta({
            description: "CPU it is sure of under contention; sets its CPU weight.",
            unit: "cores",
            example: "250m",
          }),
          memory: Bytes.prefault("512MiB").meta({
            description: "Memory it is sure of: the engine's soft limit.",
            unit: "bytes",
            example: "512MiB",
          }),
        })
        .prefault({}),
      limits: z
        .strictObject({
          cpu: CpuLimit.prefault(cpuLimit).meta({
            description: "CPU it can't exceed: the engine's quota per period.",
            unit: "cores",
            example: "2",
          }),
          memory: bytesBetween(SMALLEST_MEMORY).prefault("1GiB").meta({
            description: "Memory it can't exceed: beyond it the process is ended.",
            unit: "bytes",
            example: "1GiB",
          }),
          swap: Bytes.prefault("0B").meta({
            description: "Swap space on top of the memory limit.",
            unit: "bytes",
            example: "256MiB",
          }),
        })
        .prefault({}),
      cpuSet: z
        .string()
        .regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, { error: "processors as numbers and ranges, such as 0-1,3", abort: true })
        .refine(
          (text) => text.split(",").every((range) => Number(range.split("-")[0]) <= Number(range.split("-").at(-1))),
          "ranges that run upwards, such as 0-1,3",
        )
        .optional()
        .meta({ description: "Processors it may run on; all where it is left out.", example: "0-1" }),
      priority: z.enum(PRIORITIES).prefault(priority).meta({
        description: "Weight under contention (4 to 1 to ¼) and order in which reconciliation takes resources away.",
      }),
    })
    .superRefine(({ requests, limits }, context) => {
      const compared = [
        { resource: "cpu", request: formatCpu(requests.cpu), limit: formatCpu(limits.cpu) },
        { resource: "memory", request: formatBytes(requests.memory), limit: formatBytes(limits.memory) },
      ] as const;
      for (const { resource, request, limit } of compared) {
        if (requests[resource] > limits[resource]) {
          refuse(context, {
            path: ["requests", resource],
            allowed: `at most limits.${resource}, which is ${limit}`,
            mend: `lower requests.${resource} or raise limits.${resource}`,
            effective: request,
          });
        }
      }
    });
}

/** Processing power and memory of one container: what it is sure of and what it can't exceed. */
export const ContainerResources = containerResources("medium", "2").prefault({});

/** The same for the agent, which gives way last. */
export const AgentResources = containerResources("high", "2").prefault({});

/** The same for the agent's database: with the agent's own limit it is what a default desktop leaves to containers. */
export const DatabaseResources = containerResources("high", "1").prefault({});

/** Values and their names in a container's environment. */
export const EnvironmentVariables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "names of letters, digits and underscores"),
  z.string(),
);

/** A further container beside the agent: what it runs and which others it waits for. */
export const AdditionalContainer = z.strictObject({
  image: ImageReference.meta({ description: "Image to run.", example: "registry.example/team/cache:7.4.1" }),
  entrypoint: z
    .array(z.string().min(1))
    .prefault([])
    .meta({ description: "Program in place of the image's own entry point.", example: ["/bin/serve"] }),
  command: z
    .array(z.string())
    .prefault([])
    .meta({ description: "Arguments; the image's own where it is empty.", example: ["--port", "6379"] }),
  user: z
    .string()
    .regex(/^[1-9]\d*(:\d+)?$/, "a numeric user other than 0, with or without a group, such as 999:999")
    .prefault("10001:10001")
    .meta({ description: "User and group that the process runs as; root is refused.", example: "999:999" }),
  environment: EnvironmentVariables.prefault({}).meta({
    description: "Environment variables; secrets don't belong here.",
    example: { LOG_LEVEL: "info" },
  }),
  ports: z.array(PublishedPort).prefault([]).meta({ description: "Ports published on the host." }),
  volumes: z.array(HostFolder).prefault([]).meta({ description: "Folders of the host." }),
  writablePaths: z
    .array(AbsolutePath)
    .prefault([])
    .meta({ description: "Paths kept in memory, since the root is read-only.", example: ["/var/cache"] }),
  healthCheck: HealthCheck,
  restart: RestartPolicy.prefault({ kind: "unless-stopped" }),
  logging: Logging.prefault({ kind: "file" }),
  resources: ContainerResources,
  stopGraceSeconds: z
    .int()
    .min(1)
    .max(600)
    .prefault(10)
    .meta({ description: "Time between the stop signal and the kill.", unit: "seconds" }),
  dependsOn: z
    .array(z.string())
    .prefault([])
    .meta({
      description: "Containers that are started first: other entries of containers, agent or database.",
      example: ["cache"],
    }),
});

/** The registry of further containers, by name. */
export const AdditionalContainers = z.record(
  z
    .string()
    .regex(
      /^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/,
      "names of lower-case letters, digits and inner hyphens, at most 31 characters",
    ),
  AdditionalContainer,
);

export type ContainerResources = z.output<typeof ContainerResources>;
export type HealthCheck = z.output<typeof HealthCheck>;
export type HostFolder = z.output<typeof HostFolder>;
export type Logging = z.output<typeof Logging>;
export type PublishedPort = z.output<typeof PublishedPort>;
export type RestartPolicy = z.output<typeof RestartPolicy>;
export type AdditionalContainer = z.output<typeof AdditionalContainer>;
export type AdditionalContainers = z.output<typeof AdditionalContainers>;
