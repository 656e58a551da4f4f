import { type Finding, undecided } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import type { Container } from "./container.ts";

/** Looks at every path of the host that a container mounts; an unknown one can't be decided. */
export function forEachHostPath(
  { volumes, mounts }: Pick<Container, "volumes" | "mounts">,
  decide: (property: string, path: string) => readonly Finding[],
): readonly Finding[] {
  return [
    ...forEachMount("volumes", volumes, ({ hostPath }) => hostPath, "hostPath", decide),
    ...forEachMount(
      "mounts",
      mounts,
      ({ type, source }) => (type === UNKNOWN || type === "bind" ? source : undefined),
      "source",
      decide,
    ),
  ];
}

function forEachMount<Item extends object>(
  list: string,
  mounts: readonly (Item | typeof UNKNOWN)[] | typeof UNKNOWN | null | undefined,
  hostPathOf: (mount: Item) => string | typeof UNKNOWN | null | undefined,
  property: string,
  decide: (property: string, path: string) => readonly Finding[],
): readonly Finding[] {
  if (mounts === UNKNOWN) return [undecided(list)];
  return (mounts ?? []).flatMap((mount, index) => {
    if (mount === UNKNOWN) return [undecided(`${list}[${index}]`)];
    const place = `${list}[${index}].${property}`;
    const path = hostPathOf(mount);
    if (path === UNKNOWN) return [undecided(place)];
    return path ? decide(place, path) : [];
  });
}
