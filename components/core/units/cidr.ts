import ipaddr from "ipaddr.js";
import { z } from "zod";

/** An address range, parsed from `10.89.42.0/24`. */
export interface Cidr {
  /** The range as it is written to an engine: its first address and its prefix length. */
  readonly text: string;
  readonly prefixLength: number;
  /** First host address, which engines give to the bridge. */
  readonly firstHost: string;
}

/** An IPv4 range in CIDR form whose host bits are zero. */
export const Cidr = z
  .string()
  .refine(isRange, { error: "an IPv4 range whose host bits are zero, such as 10.89.42.0/24", abort: true })
  .transform(parseRange);

/** Whether an address lies inside a range. */
export function contains(range: Cidr, address: string): boolean {
  return (
    ipaddr.IPv4.isValidFourPartDecimal(address) && ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range.text))
  );
}

/** Whether a range lies in the address space set aside for private networks (RFC 1918) or carriers (RFC 6598). */
export function isPrivate(range: Cidr): boolean {
  const ends = [ipaddr.IPv4.networkAddressFromCIDR(range.text), ipaddr.IPv4.broadcastAddressFromCIDR(range.text)];
  return ends.every((address) => ["private", "carrierGradeNat"].includes(address.range()));
}

function isRange(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return false;
  return ipaddr.IPv4.networkAddressFromCIDR(text).toString() === text.split("/")[0];
}

function parseRange(text: string): Cidr {
  const [network, prefixLength] = ipaddr.IPv4.parseCIDR(text);
  const [a = 0, b = 0, c = 0, d = 0] = network.toByteArray();
  return { text, prefixLength, firstHost: [a, b, c, d + 1].join(".") };
}
