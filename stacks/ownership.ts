import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { LABEL_PREFIX, type Transform } from "../components/core/index.ts";
import type { DockerTransforms, KubernetesTransforms } from "../components/orchestration/index.ts";
import type { RemoteServerTransforms } from "../components/topology/index.ts";

/** Who brings an environment up: a project's state folder. */
export interface Owner {
  /** Made once, with the state. */
  readonly id: string;
  /** Machine and folder, for whoever meets its objects. */
  readonly place: string;
}

/** Variables in which `blueprint up` tells the program who runs it. */
export const OWNER_VARIABLES = { id: "BLUEPRINT_OWNER", place: "BLUEPRINT_OWNER_PLACE" } as const;
/** Labels in which an environment's networks, volumes, namespace and priority classes keep that. */
export const OWNER_LABELS = { id: `${LABEL_PREFIX}owner`, place: `${LABEL_PREFIX}owner-place` } as const;

/** Who runs this program; `undefined` where nobody says so: in a plan, or under `pulumi up`. */
export function runningOwner(variables: Readonly<Record<string, string | undefined>> = process.env): Owner | undefined {
  const { [OWNER_VARIABLES.id]: id, [OWNER_VARIABLES.place]: place } = variables;
  return id === undefined || place === undefined ? undefined : { id, place };
}

/**
 * Transforms that write an owner on the networks and volumes that are made, after the caller's own ones. They stay as
 * they were made: their labels are never compared.
 */
export function ownedDocker<Transforms extends DockerTransforms>(
  transforms: Transforms,
  owner: Owner | undefined,
): Transforms {
  if (owner === undefined) return transforms;
  return {
    ...transforms,
    network: labelled(owner, transforms.network),
    volume: labelled(owner, transforms.volume),
  };
}

/** The same for every orchestrator of a server: on a cluster what no namespace holds says it. */
export function ownedServer(transforms: RemoteServerTransforms, owner: Owner | undefined): RemoteServerTransforms {
  if (owner === undefined) return transforms;
  const { standalone = {}, swarm = {}, kubernetes = {} } = transforms;
  return {
    ...transforms,
    standalone: ownedDocker(standalone, owner),
    swarm: ownedDocker(swarm, owner),
    kubernetes: { ...kubernetes, object: annotated(owner, kubernetes.object) },
  };
}

/** Arguments of what the docker provider labels. */
interface Labelled {
  labels?: docker.NetworkArgs["labels"];
}

function labelled<Arguments extends Labelled>(owner: Owner, own?: Transform<Arguments>): Transform<Arguments> {
  const labels = [
    { label: OWNER_LABELS.id, value: owner.id },
    { label: OWNER_LABELS.place, value: owner.place },
  ];
  return (given, givenOptions) => {
    const { args, options } = own ? own(given, givenOptions) : { args: given, options: givenOptions };
    const all = pulumi.output(args.labels).apply((others) => [...(others ?? []), ...labels]);
    const ignoreChanges = [...new Set([...(options.ignoreChanges ?? []), "labels"])];
    return { args: { ...args, labels: all }, options: { ...options, ignoreChanges } };
  };
}

type ObjectTransform = NonNullable<KubernetesTransforms["object"]>;

/** What no namespace holds, and so none tells whose it is. */
const CLUSTER_WIDE: readonly unknown[] = ["Namespace", "PriorityClass"];

/** A path isn't a legal label's value on a cluster: there it is an annotation. Those of what no namespace holds are never compared. */
function annotated(owner: Owner, own?: ObjectTransform): ObjectTransform {
  return (given, givenOptions) => {
    const { args, options } = own ? own(given, givenOptions) : { args: given, options: givenOptions };
    if (!CLUSTER_WIDE.includes(args.kind)) return { args, options };
    const metadata = typeof args.metadata === "object" && args.metadata !== null ? args.metadata : {};
    const annotations = {
      ...("annotations" in metadata && typeof metadata.annotations === "object" ? metadata.annotations : {}),
      [OWNER_LABELS.id]: owner.id,
      [OWNER_LABELS.place]: owner.place,
    };
    return { args: { ...args, metadata: { ...metadata, annotations } }, options };
  };
}
