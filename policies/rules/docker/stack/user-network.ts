import { type Finding, undecided, violation, whenKnown } from "../../finding.ts";
import { type Maybe, UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, stackRule } from "../../rule.ts";
import { type Container, container } from "../container/container.ts";

const ENGINES_OWN = ["bridge", "default", "host", "podman"];

export const userNetwork = stackRule({
  name: "docker-stack-user-network",
  description:
    "Each container is on a network of its stack: on the engine's default one all containers of the host meet.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ networkMode, networksAdvanced }, { resource }) =>
    whenKnown({ networkMode }, ({ networkMode }) => {
      // No network at all, or another container's, is no meeting place.
      if (networkMode === "none" || networkMode?.startsWith("container:")) return [];
      const fromResource = resource.sourceTypes.networksAdvanced?.includes("docker:index/network:Network") ?? false;
      return networkFindings(networksAdvanced, fromResource);
    }),
});

function networkFindings(networks: Container["networksAdvanced"], fromResource: boolean): readonly Finding[] {
  const names = networks === UNKNOWN ? [UNKNOWN] : (networks ?? []).map(nameOf);
  if (names.some((name) => typeof name === "string" && !ENGINES_OWN.includes(name))) return [];
  if (names.includes(UNKNOWN)) return fromResource ? [] : [undecided("networksAdvanced")];
  const given = names.length > 0 ? `only names the engine's own: ${names.join(", ")}` : "is not set";
  return [
    violation({
      found: `networksAdvanced ${given}`,
      allowed: "at least one network that the stack makes",
      mend: "make a docker.Network and name it in networksAdvanced",
    }),
  ];
}

function nameOf(network: Maybe<{ name?: Maybe<string> | null }>): Maybe<string> {
  return network === UNKNOWN ? UNKNOWN : (network.name ?? "default");
}
