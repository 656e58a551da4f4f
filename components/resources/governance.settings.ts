import { z } from "zod";
import { Bytes, Cpu, refuse } from "../core/index.ts";
import { Budget } from "./budget.settings.ts";
import { Quota } from "./quota.settings.ts";
import { Tenants } from "./tenants.settings.ts";
import { Wastage } from "./wastage.settings.ts";

const bounds = <Value extends z.ZodType>(value: Value, unit: string, example: string) =>
  z
    .strictObject({
      smallest: value.optional().meta({ description: "Least that a replica may ask for.", unit, example }),
      largest: value.optional().meta({ description: "Most that a replica may be limited to.", unit, example }),
      defaultRequest: value
        .optional()
        .meta({ description: "Request of a pod of the namespace that says none.", unit, example }),
      defaultLimit: value
        .optional()
        .meta({ description: "Limit of a pod of the namespace that says none.", unit, example }),
      limitPerRequest: z
        .number()
        .min(1)
        .max(100)
        .optional()
        .meta({ description: "How many times its request a limit may be.", unit: "times", example: 4 }),
    })
    .prefault({});

const QualityClass = z.strictObject({
  priority: z.int().min(0).max(1_000_000_000).optional().meta({
    description: "Who is scheduled first, and evicted last: the larger number; 1000 where it is left out.",
    unit: "rank",
    example: 5000,
  }),
  preempts: z.boolean().optional().meta({
    description: "Whether it may push a lower class off a node that is full; it may where this is left out.",
    example: false,
  }),
  guaranteed: z
    .boolean()
    .prefault(false)
    .meta({ description: "Whether requests must equal limits, so that it is evicted only as the last." }),
});

/** How a server's resources are shared out and bounded. */
export const GovernanceSettings = z
  .strictObject({
    tiers: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "lower-case letters, digits and hyphens, at most 31"),
        z.strictObject({
          cpu: Cpu.meta({ description: "Cores of a host of the tier.", unit: "cores", example: "8" }),
          memory: Bytes.meta({ description: "Its memory.", unit: "bytes", example: "32GiB" }),
          disk: Bytes.meta({ description: "Its disk.", unit: "bytes", example: "256GiB" }),
          clientsMax: z.int().min(1).max(1_000_000).optional().meta({
            description: "Clients at once that a host of the tier is meant for; the plan compares all hosts with it.",
            unit: "clients",
            example: 200,
          }),
          monthlyCost: z.number().min(0).max(1_000_000).optional().meta({
            description: "Price of a host of the tier for a month; the plan adds them up.",
            unit: "of your currency",
            example: 48,
          }),
        }),
      )
      .prefault({})
      .meta({ description: "Sizes of hosts, by name." }),
    clientsAtOnce: z.int().min(1).max(1_000_000).optional().meta({
      description:
        "Clients at once that the environment must serve; refused where the tiers' clientsMax add up to less.",
      unit: "clients",
      example: 300,
    }),
    reserve: z
      .strictObject({
        cpuPercent: z
          .number()
          .min(0)
          .max(90)
          .prefault(5)
          .meta({ description: "Share of each host's cores for its own system.", unit: "percent" }),
        memoryPercent: z
          .number()
          .min(0)
          .max(90)
          .prefault(10)
          .meta({ description: "Share of each host's memory for its own system.", unit: "percent" }),
        diskPercent: z
          .number()
          .min(0)
          .max(90)
          .prefault(15)
          .meta({ description: "Share of each host's disk for its own system and logs.", unit: "percent" }),
      })
      .prefault({}),
    overcommit: z
      .strictObject({
        cpu: z
          .number()
          .min(1)
          .max(16)
          .prefault(4)
          .meta({ description: "How many times its cores the limits on a host may add up to.", unit: "times" }),
        memory: z
          .number()
          .min(1)
          .max(4)
          .prefault(1)
          .meta({ description: "How many times its memory the limits on a host may add up to.", unit: "times" }),
      })
      .prefault({}),
    quota: Quota.prefault({}),
    tenants: Tenants,
    budget: Budget,
    wastage: Wastage,
    replicaBounds: z
      .strictObject({
        cpu: bounds(Cpu, "cores", "500m"),
        memory: bounds(Bytes, "bytes", "512MiB"),
        ephemeral: bounds(Bytes, "bytes", "1GiB"),
      })
      .prefault({})
      .meta({ description: "Bounds of each replica: checked in the plan, and a LimitRange on Kubernetes." }),
    classes: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "lower-case letters, digits and hyphens, at most 31"),
        QualityClass,
      )
      .prefault({})
      .meta({ description: "Classes of service, by name." }),
    defaultClass: z.string().optional().meta({
      description: "Class of workloads that have none; by their priority where it is left out.",
      example: "standard",
    }),
    classOf: z
      .record(z.string(), z.string())
      .prefault({})
      .meta({ description: "Class of a workload, by its key.", example: { agent: "interactive" } }),
  })
  .prefault({})
  .superRefine(({ classes, defaultClass, classOf, quota, tenants }, context) => {
    const named = [
      ...(defaultClass === undefined ? [] : [{ path: ["defaultClass"], name: defaultClass }]),
      ...Object.entries(classOf).map(([key, name]) => ({ path: ["classOf", key], name })),
    ];
    for (const { path, name } of named) {
      if (Object.hasOwn(classes, name)) continue;
      refuse(context, {
        path,
        allowed: `an entry of governance.classes: ${Object.keys(classes).join(", ") || "there is none"}`,
        mend: "correct the name, or add the class",
      });
    }
    const quotas = [
      { path: ["quota"], quota },
      ...Object.entries(tenants).map(([name, tenant]) => ({ path: ["tenants", name, "quota"], quota: tenant.quota })),
    ];
    for (const { path, quota: own } of quotas) {
      for (const resource of ["cpu", "memory", "ephemeral"] as const) {
        const [requests, limits] = [own[`${resource}Requests`], own[`${resource}Limits`]];
        if (requests === undefined || limits === undefined || requests <= limits) continue;
        refuse(context, {
          path: [...path, `${resource}Requests`],
          allowed: `at most ${resource}Limits`,
          mend: `lower ${resource}Requests or raise ${resource}Limits`,
        });
      }
    }
  });

export type GovernanceSettings = z.output<typeof GovernanceSettings>;
