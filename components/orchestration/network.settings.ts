import { isIP } from "node:net";
import { z } from "zod";
import { Cidr } from "../core/index.ts";

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
