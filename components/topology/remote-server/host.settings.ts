import { isIP } from "node:net";
import { z } from "zod";
import { Bytes, Cpu, Port, refuse } from "../../core/index.ts";
import { AbsolutePath, LabelName, LabelValue } from "../../orchestration/index.ts";

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** A name that DNS can resolve. */
export const HostName = z.string().regex(HOST_NAME, "a host name in lower case, such as agents.example.com");

const Connection = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("ssh").meta({ description: "The engine is reached over SSH, with the keys of whoever deploys." }),
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "a Linux user, such as deploy")
      .prefault("root")
      .meta({ description: "User that may talk to the engine.", example: "deploy" }),
    port: Port.prefault(22).meta({ description: "Port of the SSH server." }),
  }),
  z.strictObject({
    kind: z.literal("socket").meta({ description: "The deployment runs on the host itself." }),
    path: AbsolutePath.prefault("/var/run/docker.sock").meta({ description: "The engine's socket." }),
  }),
]);

const Taint = z.strictObject({
  key: LabelName.meta({ description: "Taint's key.", example: "dedicated" }),
  value: LabelValue.prefault("").meta({ description: "Taint's value.", example: "databases" }),
  effect: z
    .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .prefault("NoSchedule")
    .meta({ description: "Whether what doesn't tolerate it must, or should, stay away." }),
});

/** One host: where it is, what it has, and who may run there. */
export const Host = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "lower-case letters, digits and inner hyphens, at most 63")
      .meta({ description: "Its own host name, by which Swarm and Kubernetes know the node.", example: "node-1" }),
    address: z
      .string()
      .refine((text) => isIP(text) !== 0 || HOST_NAME.test(text), "an IP address or a host name")
      .meta({ description: "Address at which clients and the deployment reach it.", example: "10.0.0.11" }),
    tier: z.string().min(1).optional().meta({
      description: "Entry of governance.tiers whose capacity it has, in place of cpu, memory and disk.",
      example: "medium",
    }),
    cpu: Cpu.optional().meta({ description: "Cores.", unit: "cores", example: "8" }),
    memory: Bytes.optional().meta({ description: "Memory.", unit: "bytes", example: "32GiB" }),
    disk: Bytes.optional().meta({ description: "Space for images and volumes.", unit: "bytes", example: "256GiB" }),
    gpus: z.int().min(0).max(64).prefault(0).meta({ description: "GPUs.", unit: "devices" }),
    role: z.enum(["manager", "worker"]).optional().meta({
      description: "Part in a Swarm; the first host is the manager, all others are workers, where nobody says.",
      example: "manager",
    }),
    labels: z
      .record(LabelName, LabelValue)
      .prefault({})
      .meta({ description: "Labels that placement looks at.", example: { zone: "a" } }),
    taints: z.array(Taint).prefault([]).meta({ description: "What keeps workloads away that don't tolerate it." }),
    connection: Connection.prefault({ kind: "ssh" }),
  })
  .superRefine(({ tier, cpu, memory, disk }, context) => {
    const own = Object.entries({ cpu, memory, disk });
    for (const [name, value] of own) {
      if ((value === undefined) === (tier !== undefined)) continue;
      refuse(context, {
        path: [name],
        allowed: tier === undefined ? "a value, or a tier in place of it" : "nothing beside tier, which says it",
        mend: tier === undefined ? `set ${name}, or tier` : `remove ${name}, or tier`,
      });
    }
  });

export type Host = z.output<typeof Host>;
