import { isIP } from "node:net";
import { z } from "zod";
import { Cidr, Port } from "../../core/index.ts";
import { ProxySettings } from "../../traffic/index.ts";
import { checkAddresses, NetworkAddresses } from "../network.settings.ts";

/** A Docker Swarm over the hosts. */
export const SwarmSettings = z.strictObject({
  kind: z.literal("swarm").meta({ description: "Docker Swarm over all hosts." }),
  mode: z.enum(["replicated", "global"]).prefault("replicated").meta({
    description: "Whether scaling.replicas counts the agents, or every host that placement allows runs one.",
  }),
  publish: z.enum(["proxy", "ingress", "host"]).prefault("proxy").meta({
    description:
      "Who answers on a host's port: HAProxy, which sends no turn to an agent that drains; Docker's routing mesh, which needs IPVS in the kernel; or the host's own agent.",
  }),
  proxy: ProxySettings,
  advertiseAddress: z
    .string()
    .refine((text) => isIP(text) !== 0, "an IP address of the first manager")
    .optional()
    .meta({
      description: "Address at which the first manager is known to the others; its own where it is left out.",
      example: "10.0.0.11",
    }),
  dataPathPort: Port.optional().meta({
    description: "UDP port of the overlay networks' traffic; 4789 where it is left out.",
    example: 7789,
  }),
  addressPools: z
    .array(Cidr)
    .max(8)
    .prefault([])
    .meta({
      description: "Ranges that new networks are given from; Docker's own where it is empty.",
      example: ["10.20.0.0/16"],
    }),
  forceNewCluster: z.boolean().prefault(false).meta({
    description: "Whether the first manager starts over alone after the others are lost for good.",
  }),
  taskHistoryLimit: z
    .int()
    .min(0)
    .max(100)
    .prefault(5)
    .meta({ description: "Ended tasks that are kept for a look.", unit: "tasks" }),
  network: z
    .strictObject({
      subnet: Cidr.prefault("10.90.0.0/20").meta({ description: "Private address range of the overlay network." }),
      attachable: z
        .boolean()
        .prefault(false)
        .meta({ description: "Whether containers outside the Swarm may join it." }),
      internal: z
        .boolean()
        .prefault(false)
        .meta({ description: "Whether it is cut off from the world: no model over the network then." }),
      encrypted: z
        .boolean()
        .prefault(false)
        .meta({ description: "Whether traffic between hosts is encrypted (IPsec)." }),
      ...NetworkAddresses,
    })
    .superRefine(checkAddresses)
    .prefault({}),
  restart: z
    .strictObject({
      delaySeconds: z
        .int()
        .min(0)
        .max(600)
        .prefault(5)
        .meta({ description: "Pause before a restart.", unit: "seconds" }),
      windowSeconds: z.int().min(1).max(3600).prefault(120).meta({
        description: "Time after which a restart counts as successful.",
        unit: "seconds",
      }),
    })
    .prefault({}),
  secretLabels: z
    .record(
      z.string().regex(/^[a-z][a-z0-9./-]{0,62}$/, "lower-case letters, digits, dots, slashes and hyphens"),
      z.string(),
    )
    .prefault({})
    .meta({ description: "Further labels of the Swarm's secrets.", example: { owner: "assistants" } }),
});

export type SwarmSettings = z.output<typeof SwarmSettings>;
