import { z } from "zod";
import { Cidr } from "../../core/index.ts";
import { ProxySettings } from "../../traffic/index.ts";
import { checkAddresses, NetworkAddresses } from "../network.settings.ts";

/** Hosts whose own engine runs the workloads: Podman or Docker, with a proxy before the agent. */
export const StandaloneSettings = z.strictObject({
  kind: z
    .literal("standalone")
    .meta({ description: "Each host's own Podman or Docker, with a proxy before the agent." }),
  engine: z.enum(["docker", "podman"]).prefault("docker").meta({ description: "Engine of every host." }),
  network: z
    .strictObject({
      driver: z
        .enum(["bridge", "macvlan", "ipvlan"])
        .prefault("bridge")
        .meta({ description: "Driver of the network." }),
      subnet: Cidr.prefault("10.89.44.0/24").meta({ description: "Private address range of each host's network." }),
      ...NetworkAddresses,
    })
    .superRefine(checkAddresses)
    .prefault({}),
  proxy: ProxySettings,
});

export type StandaloneSettings = z.output<typeof StandaloneSettings>;
