import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { BlueprintComponent, type Transform } from "../../core/index.ts";
import { resourceKind } from "../resource-kinds.ts";
import type { ResolveSecret } from "../standalone/docker-container.ts";
import type { KubernetesPlan, KubernetesSecret } from "./kubernetes.plan.ts";

/** Arguments of an object's Pulumi resource: the object itself. */
type ObjectArgs = Readonly<Record<string, unknown>>;

/** Functions that change a child before it is made. */
export interface KubernetesTransforms {
  readonly provider?: Transform<kubernetes.ProviderArgs>;
  readonly secret?: Transform<kubernetes.core.v1.SecretArgs>;
  readonly object?: Transform<ObjectArgs>;
}

interface KubernetesOptions {
  readonly resolveSecret: ResolveSecret;
  readonly registries: readonly KubernetesRegistry[];
  readonly transforms: KubernetesTransforms;
}

/** Credentials of an image registry. */
interface KubernetesRegistry {
  readonly host: string;
  readonly username: string;
  readonly password: pulumi.Output<string>;
}

/** Any object of the API as it stands in the plan: the SDK's own classes are this, one for each kind. */
class ObjectResource extends pulumi.CustomResource {
  constructor(name: string, object: ObjectArgs, options: pulumi.CustomResourceOptions) {
    super(tokenOf(object), name, { ...object }, options);
  }
}

/** A cluster's objects, exactly those of the plan, and its secrets. */
export class KubernetesObjects extends BlueprintComponent {
  constructor(
    name: string,
    plan: KubernetesPlan,
    { resolveSecret, registries, transforms }: KubernetesOptions,
    resourceOptions?: pulumi.ComponentResourceOptions,
  ) {
    super("orchestration:KubernetesObjects", name, resourceOptions);
    const provider = this.child(
      "cluster",
      (childName, args, own) => new kubernetes.Provider(childName, args, own),
      { context: plan.context, kubeconfig: plan.kubeconfig, enableServerSideApply: true },
      {},
      transforms.provider,
    );

    const made = new Map<string, pulumi.Resource>();
    const secrets: pulumi.Resource[] = [];
    for (const { key, object, after, ignored, persistent, retained } of plan.entries) {
      // Pods start only where their secrets are.
      const needed = after.includes("service-account") ? secrets : [];
      const { ignored: ignoredInKind = [], fixed = [] } = resourceKind(tokenOf(object)) ?? {};
      const child = this.child(
        key,
        (childName, args, own) => new ObjectResource(childName, args, own),
        object,
        {
          provider,
          dependsOn: [...after.flatMap((earlier) => made.get(earlier) ?? []), ...needed],
          ignoreChanges: [...ignored, ...ignoredInKind],
          // Under its own name the new one can only follow the old one.
          ...(fixed.length > 0 && { replaceOnChanges: [...fixed], deleteBeforeReplace: true }),
          protect: persistent,
          retainOnDelete: persistent || retained,
        },
        transforms.object,
      );
      made.set(key, child);
      if (key !== "namespace") continue;
      for (const secret of plan.secrets) {
        secrets.push(
          this.child(
            `secret-${secret.name}`,
            (childName, args, own) => new kubernetes.core.v1.Secret(childName, args, own),
            secretArgs(secret, plan.namespace, resolveSecret),
            // Where a rollout decides when an older version goes, its secrets stay: they go with the namespace.
            {
              provider,
              dependsOn: [child],
              protect: secret.persistent,
              retainOnDelete: secret.persistent || plan.canary !== undefined,
            },
            transforms.secret,
          ),
        );
      }
      const pull = plan.pullSecret;
      if (pull === undefined) continue;
      secrets.push(
        this.child(
          "registries",
          (childName, args, own) => new kubernetes.core.v1.Secret(childName, args, own),
          {
            metadata: { name: pull.name, namespace: plan.namespace, labels: { ...pull.labels } },
            type: "kubernetes.io/dockerconfigjson",
            stringData: { ".dockerconfigjson": dockerConfiguration(registries) },
          },
          { provider, dependsOn: [child] },
          transforms.secret,
        ),
      );
    }
    this.registerOutputs({ keeps: this.keeps });
  }
}

/** The resource's type: `kubernetes:apps/v1:Deployment`, where the core group has its name. */
function tokenOf(object: ObjectArgs): string {
  const { apiVersion, kind }: { apiVersion?: unknown; kind?: unknown } = object;
  return `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;
}

function secretArgs(
  { name, labels, values }: KubernetesSecret,
  namespace: string,
  resolveSecret: ResolveSecret,
): kubernetes.core.v1.SecretArgs {
  const entries = Object.entries(values).map(([key, source]) => [key, resolveSecret(source)] as const);
  return {
    metadata: { name, namespace, labels: { ...labels } },
    type: "Opaque",
    stringData: Object.fromEntries(entries),
  };
}

function dockerConfiguration(registries: readonly KubernetesRegistry[]): pulumi.Output<string> {
  const entries = registries.map(({ host, username, password }) =>
    password.apply((value) => [host, { username, password: value }] as const),
  );
  return pulumi.secret(pulumi.all(entries).apply((auths) => JSON.stringify({ auths: Object.fromEntries(auths) })));
}
