import { z } from "zod";
import { Cidr } from "../../core/index.ts";
import { AbsolutePath } from "../container.settings.ts";
import { CanarySettings } from "./canary.settings.ts";
import { Exposure } from "./exposure.settings.ts";
import { ScalingSchedule } from "./schedule.settings.ts";

const ObjectName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "lower-case letters, digits and inner hyphens, at most 63");

const NetworkPolicy = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("same-namespace").meta({ description: "Only pods of the namespace may connect." }),
  }),
  z.strictObject({
    kind: z
      .literal("deny-all")
      .meta({ description: "Nobody may connect, but for what the workloads need of each other." }),
  }),
  z.strictObject({ kind: z.literal("allow-all").meta({ description: "Everybody may connect." }) }),
  z.strictObject({
    kind: z.literal("custom").meta({ description: "Who is named may connect to the agent." }),
    namespaces: z
      .array(ObjectName)
      .prefault([])
      .meta({ description: "Namespaces whose pods may connect.", example: ["ingress-nginx"] }),
    ranges: z
      .array(Cidr)
      .prefault([])
      .meta({ description: "Address ranges that may connect.", example: ["10.0.0.0/8"] }),
  }),
]);

/** A Kubernetes cluster that exists; its nodes are the hosts. */
export const KubernetesSettings = z.strictObject({
  kind: z.literal("kubernetes").meta({ description: "A Kubernetes cluster that exists; the hosts are its nodes." }),
  context: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Context of the kubeconfig; its current one where it is left out.", example: "staging" }),
  kubeconfig: AbsolutePath.optional().meta({
    description: "The kubeconfig's file; $KUBECONFIG or ~/.kube/config where it is left out.",
    example: "/home/deploy/.kube/config",
  }),
  version: z
    .string()
    .regex(/^1\.(2[6-9]|[3-9]\d)$/, "a minor version from 1.26 on, such as 1.32")
    .prefault("1.32")
    .meta({
      description: "Oldest version that the cluster may have; what it can't do isn't planned.",
      example: "1.32",
    }),
  namespace: ObjectName.optional().meta({
    description: "Namespace of everything; `flame-<environment>` where it is left out.",
    example: "flame-staging",
  }),
  podSecurity: z
    .enum(["restricted", "baseline"])
    .prefault("restricted")
    .meta({ description: "Pod Security standard that the namespace enforces." }),
  serviceAccount: ObjectName.optional().meta({
    description: "Service account of the pods, without a token; `flame-<environment>` where it is left out.",
    example: "flame",
  }),
  priorityClass: ObjectName.optional().meta({
    description: "Priority class that exists; one is made of the agent's priority where it is left out.",
    example: "production-high",
  }),
  fsGroup: z.int().min(1).max(2_147_483_647).optional().meta({
    description: "Group that volumes belong to; the process's own where it is left out.",
    example: 10001,
  }),
  networkPolicy: NetworkPolicy.prefault({ kind: "same-namespace" }),
  exposure: Exposure.prefault({ kind: "none" }),
  autoscaling: z
    .strictObject({
      cpuPercent: z.int().min(10).max(95).prefault(70).meta({
        description: "Use of the requested CPU that the autoscaler keeps, where replicas have bounds.",
        unit: "percent",
      }),
      memoryPercent: z.int().min(10).max(95).optional().meta({
        description: "Use of the requested memory that it keeps; memory has no say where it is left out.",
        unit: "percent",
        example: 80,
      }),
      turnsPerReplica: z.int().min(1).max(10_000).optional().meta({
        description:
          "Turns at once for each replica that it keeps, read from flame_turns_active by the cluster's custom metrics; turns have no say where it is left out.",
        unit: "turns",
        example: 20,
      }),
      scaleDownWindowSeconds: z.int().min(0).max(3600).optional().meta({
        description: "How long fewer replicas must be enough; a turn's length at least, where it is left out.",
        unit: "seconds",
        example: 600,
      }),
      schedule: ScalingSchedule,
    })
    .prefault({}),
  canary: CanarySettings,
  disruption: z
    .discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("max-unavailable").meta({ description: "So many replicas may be evicted at once." }),
        count: z.int().min(1).max(100).prefault(1).meta({ description: "Replicas.", unit: "replicas" }),
      }),
      z.strictObject({
        kind: z.literal("min-available").meta({ description: "So many replicas stay, whatever is evicted." }),
        count: z.int().min(1).max(1000).prefault(1).meta({ description: "Replicas.", unit: "replicas" }),
      }),
    ])
    .prefault({ kind: "max-unavailable" }),
  progressDeadlineSeconds: z.int().min(30).max(7200).optional().meta({
    description: "Time without progress after which an update has failed; derived where it is left out.",
    unit: "seconds",
    example: 600,
  }),
  endpointPropagationSeconds: z.int().min(1).max(120).prefault(10).meta({
    description: "How long a stopping pod goes on serving, until no proxy of the cluster sends it requests.",
    unit: "seconds",
  }),
});

export type KubernetesSettings = z.output<typeof KubernetesSettings>;
