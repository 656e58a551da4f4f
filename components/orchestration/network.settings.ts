import { isIP } from "node:net";
import { z } from "zod";
import { Cidr, contains, refuse } from "../core/index.ts";

const Address = z.string().refine((text) => isIP(text) === 4, "an IPv4 address");

/** What an engine's address management is told of a network beside its range. */
export const NetworkAddresses = {
  gateway: Address.optional().meta({
    description: "Address of the network's gateway; the range's first where it is left out.",
    example: "10.89.44.1",
  }),
  addressRange: Cidr.optional().meta({
    description: "Part of the range from which containers get their addresses; all of it where it is left out.",
    example: "10.89.44.128/25",
  }),
  driverOptions: z
    .record(z.string().min(1), z.string())
    .prefault({})
    .meta({ description: "Options of the network's driver.", example: { "com.docker.network.driver.mtu": "1400" } }),
};

/** A network of which these have been read. */
interface Addressed {
  readonly subnet: Cidr;
  readonly gateway?: string | undefined;
  readonly addressRange?: Cidr | undefined;
}

/** Refuses a gateway and an address range that lie outside of the network, as every engine does once it is asked. */
export function checkAddresses({ subnet, gateway, addressRange }: Addressed, context: z.core.$RefinementCtx): void {
  const mend = `remove it to have it derived, or choose it in ${subnet.text}`;
  if (gateway !== undefined && !contains(subnet, gateway))
    refuse(context, { path: ["gateway"], allowed: `an address in the subnet ${subnet.text}`, mend });
  if (addressRange === undefined) return;
  const [first = ""] = addressRange.text.split("/");
  if (!contains(subnet, first) || addressRange.prefixLength < subnet.prefixLength)
    refuse(context, {
      path: ["addressRange"],
      allowed: `a part of the subnet ${subnet.text}`,
      mend,
    });
}
