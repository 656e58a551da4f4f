import { z } from "zod";
import { refuse, SecretReference } from "../../core/index.ts";
import { Endpoint, WorkloadSettings } from "../../orchestration/index.ts";
import { GovernanceSettings } from "../../resources/index.ts";
import { ClientSettings } from "./client.settings.ts";
import { Host, HostName } from "./host.settings.ts";
import { Orchestrator } from "./orchestrator.settings.ts";

/** Credentials of an image registry, by its host. */
const Registries = z
  .record(
    HostName,
    z.strictObject({
      username: z.string().min(1).meta({ description: "User that may pull.", example: "deploy" }),
      password: SecretReference.meta({ description: "Secret with the password or token." }),
    }),
  )
  .prefault({})
  .meta({ description: "Image registries that ask who pulls, by their hosts." });

/** One or more own hosts, on which an orchestrator runs the agent. */
export const RemoteServerTopology = z
  .strictObject({
    kind: z.literal("remote-server").meta({ description: "One or more own hosts." }),
    hosts: z.array(Host).min(1).max(500).meta({ description: "Hosts, the first one being the first manager." }),
    orchestrator: Orchestrator.prefault({ kind: "auto" }),
    endpoint: Endpoint,
    registries: Registries,
    workload: WorkloadSettings.prefault({}),
    governance: GovernanceSettings,
    client: ClientSettings,
  })
  .superRefine(({ hosts, governance }, context) => {
    for (const [index, host] of hosts.entries()) {
      for (const key of ["name", "address"] as const) {
        const first = hosts.findIndex((other) => other[key] === host[key]);
        if (first === index) continue;
        refuse(context, {
          path: ["hosts", index, key],
          allowed: `another ${key} than hosts.${first}`,
          mend: "correct it, or remove the host that is named twice",
        });
      }
      if (host.tier === undefined || Object.hasOwn(governance.tiers, host.tier)) continue;
      refuse(context, {
        path: ["hosts", index, "tier"],
        allowed: `an entry of topology.governance.tiers: ${Object.keys(governance.tiers).join(", ") || "there is none"}`,
        mend: "correct the name, or add the tier",
      });
    }
  });

export type RemoteServerTopology = z.output<typeof RemoteServerTopology>;
