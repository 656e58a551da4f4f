import { z } from "zod";
import { Bytes, refuse } from "../core/index.ts";
import { AbsolutePath } from "./container.settings.ts";

/** A label's name as Kubernetes and Docker both take it. */
export const LabelName = z
  .string()
  .regex(
    /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/,
    "letters, digits, dots and hyphens, with or without a domain before a slash, such as zone or example.com/tier",
  );

/** A label's value as Kubernetes and Docker both take it. */
export const LabelValue = z
  .string()
  .regex(
    /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/,
    "at most 63 letters, digits, _ . and -, beginning and ending with a letter or digit",
  );

const Expression = {
  key: LabelName.meta({ description: "Label of a host.", example: "zone" }),
  operator: z
    .enum(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])
    .prefault("In")
    .meta({ description: "How the host's label is compared with the values." }),
  values: z
    .array(LabelValue)
    .prefault([])
    .meta({ description: "Values; none for Exists and DoesNotExist, one number for Gt and Lt.", example: ["a", "b"] }),
};

const checkValues = (
  { operator, values }: { operator: string; values: readonly string[] },
  context: z.core.$RefinementCtx,
) => {
  const none = operator === "Exists" || operator === "DoesNotExist";
  const one = operator === "Gt" || operator === "Lt";
  const legal = none ? values.length === 0 : one ? values.length === 1 && /^\d+$/.test(values[0] ?? "") : values.length;
  if (legal) return;
  refuse(context, {
    path: ["values"],
    allowed: none ? `no value for ${operator}` : one ? `one whole number for ${operator}` : `a value for ${operator}`,
    mend: "change values or operator",
  });
};

/** A taint that a workload may be placed in spite of. */
export const Toleration = z
  .strictObject({
    key: LabelName.optional().meta({
      description: "Taint's key; every taint where it is left out.",
      example: "dedicated",
    }),
    operator: z
      .enum(["Equal", "Exists"])
      .prefault("Exists")
      .meta({ description: "Whether the taint's value must be equal, or is of no account." }),
    value: LabelValue.optional().meta({ description: "Taint's value, for Equal.", example: "agents" }),
    effect: z
      .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
      .optional()
      .meta({ description: "Taint's effect; every effect where it is left out.", example: "NoSchedule" }),
    seconds: z.int().min(0).max(86_400).optional().meta({
      description: "How long NoExecute is tolerated; indefinitely where it is left out.",
      unit: "seconds",
      example: 300,
    }),
  })
  .superRefine(({ key, operator, value, effect, seconds }, context) => {
    if ((operator === "Equal") !== (value !== undefined) || (operator === "Equal" && key === undefined)) {
      refuse(context, {
        path: ["value"],
        allowed: operator === "Equal" ? "a key and a value for Equal" : "no value for Exists",
        mend: "set operator to Equal and give key and value, or remove value",
      });
    }
    if (seconds !== undefined && effect !== "NoExecute") {
      refuse(context, {
        path: ["seconds"],
        allowed: "nothing unless effect is NoExecute: only that effect moves what runs already",
        mend: "set effect to NoExecute, or remove seconds",
      });
    }
  });

const ORDERS = ["start-first", "stop-first"] as const;
const ratio = (description: string) => z.number().min(0).max(1).meta({ description, unit: "share", example: 0.1 });

const Update = z
  .strictObject({
    strategy: z.enum(["rolling", "recreate", "blue-green", "canary"]).prefault("rolling").meta({
      description:
        "How a new version replaces the old one: replica by replica, all at once after the old, all beside the old and then switched, or tried out on a part of the requests first (topology.orchestrator.canary).",
    }),
    order: z
      .enum(ORDERS)
      .prefault("start-first")
      .meta({ description: "Whether a new replica is ready before an old one stops." }),
    parallelism: z
      .int()
      .min(1)
      .max(100)
      .prefault(1)
      .meta({ description: "Replicas that are replaced at once.", unit: "replicas" }),
    delaySeconds: z.int().min(0).max(3600).optional().meta({
      description:
        "Time between two replacements; as long as a new replica is watched on Swarm, where the old one has ended by then. On Kubernetes the time for which a new replica must have been ready before an old one ends, 10 seconds.",
      unit: "seconds",
      example: 30,
    }),
    monitorSeconds: z.int().min(1).max(3600).optional().meta({
      description: "Time for which a new replica is watched before it counts as good; derived from its health check.",
      unit: "seconds",
      example: 60,
    }),
    onFailure: z.enum(["rollback", "pause", "continue"]).optional().meta({
      description: "What a failed update leads to; rollback on Swarm, pause elsewhere, where it is left out.",
      example: "rollback",
    }),
    maxFailureRatio: ratio("Share of new replicas that may fail without failing the update.").prefault(0),
  })
  .prefault({})
  .superRefine(({ strategy, order }, context) => {
    if (strategy === "blue-green" && order === "stop-first") {
      refuse(context, {
        path: ["order"],
        allowed: "start-first with strategy blue-green, which runs both versions side by side",
        mend: "remove order, or set strategy to rolling",
      });
    }
  });

const Rollback = z
  .strictObject({
    order: z.enum(ORDERS).optional().meta({ description: "As for the update.", example: "start-first" }),
    parallelism: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .meta({ description: "Replicas that go back at once; 0 is all.", unit: "replicas", example: 1 }),
    delaySeconds: z
      .int()
      .min(0)
      .max(3600)
      .optional()
      .meta({ description: "Time between two of them.", unit: "seconds", example: 5 }),
    monitorSeconds: z
      .int()
      .min(1)
      .max(3600)
      .optional()
      .meta({ description: "Time for which each is watched.", unit: "seconds", example: 30 }),
    onFailure: z
      .enum(["pause", "continue"])
      .optional()
      .meta({ description: "What a failed rollback leads to.", example: "pause" }),
    maxFailureRatio: ratio("Share that may fail without failing the rollback.").optional(),
  })
  .prefault({})
  .meta({ description: "How Swarm goes back to the old version; as the update where a setting is left out." });

/** How the agent is run on hosts: whichever orchestrator, in the same words. */
export const WorkloadSettings = z.strictObject({
  update: Update,
  rollback: Rollback,
  placement: z
    .strictObject({
      require: z
        .array(z.strictObject(Expression).superRefine(checkValues))
        .prefault([])
        .meta({ description: "What a host's labels must be." }),
      prefer: z
        .array(
          z
            .strictObject({
              weight: z.int().min(1).max(100).prefault(50).meta({ description: "Weight against other wishes." }),
              ...Expression,
            })
            .superRefine(checkValues),
        )
        .prefault([])
        .meta({ description: "What a host's labels should be." }),
      spreadOver: z
        .array(LabelName)
        .max(4)
        .prefault([])
        .meta({ description: "Labels of hosts over whose values replicas are spread evenly.", example: ["zone"] }),
      apart: z.enum(["required", "preferred", "off"]).prefault("preferred").meta({
        description: "Whether two replicas may share a host: never, only where there is no other room, or freely.",
      }),
      tolerations: z.array(Toleration).prefault([]).meta({ description: "Taints of hosts that are tolerated." }),
    })
    .prefault({}),
  security: z
    .strictObject({
      seccomp: z
        .discriminatedUnion("kind", [
          z.strictObject({ kind: z.literal("runtime-default").meta({ description: "The engine's own filter." }) }),
          z.strictObject({
            kind: z.literal("profile").meta({ description: "A profile that lies on every host." }),
            path: z
              .string()
              .regex(/^[a-z0-9][a-z0-9._/-]{0,200}\.json$/, "a JSON file below the engine's folder for profiles")
              .meta({
                description: "Its path below the engine's folder for profiles.",
                example: "profiles/flame.json",
              }),
          }),
        ])
        .prefault({ kind: "runtime-default" }),
    })
    .prefault({}),
  resources: z
    .strictObject({
      ephemeralRequest: Bytes.optional().meta({
        description: "Space on the host's disk that a replica is sure of, beside its volumes.",
        unit: "bytes",
        example: "1GiB",
      }),
      ephemeralLimit: Bytes.optional().meta({
        description: "Space on the host's disk that a replica can't exceed.",
        unit: "bytes",
        example: "2GiB",
      }),
      network: z
        .strictObject({
          ingressPerSecond: Bytes.optional().meta({
            description: "Most that a replica may take in.",
            unit: "bytes",
            example: "10MiB",
          }),
          egressPerSecond: Bytes.optional().meta({
            description: "Most that a replica may send out.",
            unit: "bytes",
            example: "10MiB",
          }),
        })
        .prefault({})
        .meta({ description: "Bounds of each replica's traffic in a second." }),
      gpus: z.int().min(0).max(16).prefault(0).meta({ description: "GPUs of each replica.", unit: "devices" }),
    })
    .prefault({})
    .superRefine(({ ephemeralRequest, ephemeralLimit }, context) => {
      if (ephemeralRequest === undefined || ephemeralLimit === undefined || ephemeralRequest <= ephemeralLimit) return;
      refuse(context, {
        path: ["ephemeralRequest"],
        allowed: "at most ephemeralLimit",
        mend: "lower ephemeralRequest or raise ephemeralLimit",
      });
    }),
  files: z
    .record(AbsolutePath, z.string().max(500_000))
    .prefault({})
    .meta({
      description: "Files that each replica sees, read-only, by their paths; secrets don't belong here.",
      example: { "/etc/flame/prompt.md": "Answer briefly." },
    }),
  storage: z
    .strictObject({
      persistent: z.boolean().prefault(true).meta({
        description: "Whether volumes outlive the environment: Pulumi protects them and keeps them.",
      }),
      size: Bytes.prefault("10GiB").meta({
        description: "Size of a volume, where the engine's storage can bound it.",
        unit: "bytes",
        example: "10GiB",
      }),
      driver: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_./:-]{0,127}$/, "a driver's or a storage class's name")
        .prefault("local")
        .meta({
          description: "Volume driver, or Kubernetes' storage class; local is the engine's own.",
          example: "nfs",
        }),
      driverOptions: z
        .record(z.string().min(1), z.string())
        .prefault({})
        .meta({ description: "Options of the volume driver.", example: { type: "nfs" } }),
    })
    .prefault({}),
});

export type WorkloadSettings = z.output<typeof WorkloadSettings>;
export type Toleration = z.output<typeof Toleration>;
