import ipaddr from "ipaddr.js";

/** Addresses that stand in a public range and answer to a cloud's machines alone: Azure's platform. */
const METADATA: ReadonlySet<string> = new Set(["168.63.129.16"]);
/** IPv4 addresses written as IPv6 in a way that no range of the library has (RFC 4291, deprecated). */
const IPV4_COMPATIBLE: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("::"), 96];

/**
 * Whether an address is one of the public internet: not private, loopback, link-local, of a cloud's metadata, of a
 * provider's own network, nor one of these in the clothes of IPv6.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (METADATA.has(parsed.toString())) return false;
  if (parsed instanceof ipaddr.IPv6 && parsed.match(IPV4_COMPATIBLE)) return false;
  return parsed.range() === "unicast";
}
