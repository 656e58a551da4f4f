import { z } from "zod";
import { Cidr, refuse } from "../../core/index.ts";

const annotations = (what: string, example: Record<string, string>) =>
  z
    .record(z.string().regex(/^([a-z0-9.-]+\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "an annotation's name"), z.string())
    .prefault({})
    .meta({ description: `Further annotations of the ${what}.`, example });

/** How requests from outside the cluster reach the agent. The host names are those of topology.endpoint. */
export const Exposure = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none").meta({ description: "Not at all: a service inside the cluster." }) }),
  z.strictObject({
    kind: z.literal("node-port").meta({ description: "A port on every node." }),
    nodePort: z.int().min(30_000).max(32_767).optional().meta({
      description:
        "The port; the cluster chooses where it is left out, and clients must be told by client.endpoints.api.",
      example: 30411,
    }),
    externalTraffic: z.enum(["Cluster", "Local"]).prefault("Cluster").meta({
      description: "Whether a node answers for all pods, or keeps the client's address and answers for its own.",
    }),
    sessionAffinity: z
      .enum(["None", "ClientIP"])
      .prefault("None")
      .meta({ description: "Whether a client stays with one pod." }),
  }),
  z.strictObject({
    kind: z.literal("load-balancer").meta({ description: "A load balancer that the cluster's platform brings." }),
    externalTraffic: z.enum(["Cluster", "Local"]).prefault("Cluster").meta({
      description: "Whether a node answers for all pods, or keeps the client's address and answers for its own.",
    }),
    sessionAffinity: z
      .enum(["None", "ClientIP"])
      .prefault("None")
      .meta({ description: "Whether a client stays with one pod." }),
    allowedRanges: z
      .array(Cidr)
      .prefault([])
      .meta({ description: "Address ranges that it lets in; all where it is empty.", example: ["10.0.0.0/8"] }),
    annotations: annotations("service", { "service.example/idle-timeout": "200" }),
  }),
  z.strictObject({
    kind: z.literal("ingress").meta({ description: "An Ingress, for a controller that the cluster has." }),
    className: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "the name of an ingress class")
      .prefault("nginx")
      .meta({ description: "Ingress class.", example: "nginx" }),
    path: z
      .string()
      .regex(/^\/[A-Za-z0-9._~/-]*$/, "a path that begins with a slash")
      .prefault("/")
      .meta({ description: "Path below which requests are the agent's.", example: "/" }),
    pathType: z
      .enum(["Prefix", "Exact", "ImplementationSpecific"])
      .prefault("Prefix")
      .meta({ description: "How the path is compared." }),
    annotations: annotations("Ingress", { "example.com/owner": "assistants" }),
  }),
  z.strictObject({
    kind: z.literal("gateway").meta({ description: "A route of the Gateway API, for a gateway that the cluster has." }),
    gateway: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "the name of a gateway")
      .meta({ description: "Name of the Gateway.", example: "public" }),
    gatewayNamespace: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "the name of a namespace")
      .meta({ description: "Its namespace.", example: "gateways" }),
    annotations: annotations("route", { "example.com/owner": "assistants" }),
  }),
]);

export type Exposure = z.output<typeof Exposure>;

/** Where clients reach the agent from outside. */
export const Endpoint = z
  .strictObject({
    hostNames: z
      .array(z.string().regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a host name, such as agents.example.com"))
      .prefault([])
      .meta({ description: "Names under which clients reach the agent.", example: ["agents.example.com"] }),
    tls: z
      .discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("none").meta({ description: "Plain HTTP: inside a network that is trusted." }),
        }),
        z.strictObject({
          kind: z.literal("certificate").meta({ description: "HTTPS with a certificate that exists." }),
          name: z
            .string()
            .regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, "lower-case letters, digits, dots and inner hyphens")
            .meta({
              description:
                "Name of Kubernetes' TLS secret; on standalone hosts, of the file /etc/flame/certificates/<name>.pem with key and chain.",
              example: "agents-example-com",
            }),
        }),
      ])
      .prefault({ kind: "none" }),
  })
  .prefault({})
  .superRefine(({ hostNames, tls }, context) => {
    if (tls.kind === "none" || hostNames.length > 0) return;
    refuse(context, {
      path: ["hostNames"],
      allowed: "at least one name while tls.kind is certificate, which is issued for names",
      mend: "name the hosts of the certificate, or set tls.kind to none",
    });
  });

export type Endpoint = z.output<typeof Endpoint>;
