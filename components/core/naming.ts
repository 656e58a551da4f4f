import { createHash } from "node:crypto";

/** What a platform allows as a name. */
interface NameRule {
  readonly maxLength: number;
  readonly allowed: RegExp;
  /** Characters that stand in for what isn't allowed. */
  readonly lowerCase: boolean;
}

const RULES = {
  /** Docker's and Podman's containers: their names are also DNS labels on their network (RFC 1123). */
  container: { maxLength: 63, allowed: /[^a-z0-9-]+/g, lowerCase: true },
  network: { maxLength: 63, allowed: /[^A-Za-z0-9_.-]+/g, lowerCase: false },
  volume: { maxLength: 255, allowed: /[^A-Za-z0-9_.-]+/g, lowerCase: false },
  /** Kubernetes' object names where they become DNS labels, which `podman kube play` reads too. */
  kubernetes: { maxLength: 63, allowed: /[^a-z0-9-]+/g, lowerCase: true },
  /** A Swarm's secrets and configs: Docker takes 64 characters, of which a hash of the content needs nine. */
  swarmObject: { maxLength: 54, allowed: /[^a-z0-9-]+/g, lowerCase: true },
  /** A Pulumi resource's logical name, which is part of its URN. */
  pulumi: { maxLength: 100, allowed: /[^A-Za-z0-9_.-]+/g, lowerCase: false },
} as const satisfies Record<string, NameRule>;

export type Platform = keyof typeof RULES;

const HASH_LENGTH = 8;

/**
 * A legal name on a platform, made of parts joined by hyphens.
 * Where characters had to be replaced or the name cut, a hash of the original follows, so two names never meet.
 */
export function platformName(platform: Platform, ...parts: readonly string[]): string {
  const rule = RULES[platform];
  const wanted = parts.join("-");
  const cased = rule.lowerCase ? wanted.toLowerCase() : wanted;
  const legal = cased.replace(rule.allowed, "-").replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
  if (legal === wanted && legal !== "" && legal.length <= rule.maxLength) return legal;

  const hash = createHash("sha256").update(wanted).digest("hex").slice(0, HASH_LENGTH);
  const kept = legal.slice(0, rule.maxLength - HASH_LENGTH - 1).replace(/[^A-Za-z0-9]+$/, "");
  return kept === "" ? `n-${hash}` : `${kept}-${hash}`;
}

/** A child's Pulumi name: its parent's name, then its own. */
export function childName(parent: string, child: string): string {
  return platformName("pulumi", parent, child);
}
