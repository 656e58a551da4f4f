import { z } from "zod";
import { refuse } from "../core/index.ts";
import { LocalPodmanTopology } from "./local-podman/local-podman.settings.ts";
import { RemoteServerTopology } from "./remote-server/remote-server.settings.ts";

/** A topology whose place is kept: naming it is understood and refused, with what there is instead. */
const planned = <const Kind extends string>(kind: Kind, description: string) =>
  z.strictObject({ kind: z.literal(kind).meta({ description }) }).superRefine((_, context) => {
    refuse(context, {
      path: ["kind"],
      allowed: `"local-podman", "remote-server"; "${kind}" has its place in the schema and isn't built yet`,
      mend: 'set topology.kind to "local-podman" or "remote-server", or use a release whose notes list this topology',
    });
  });

/** In which shape the environment runs. */
export const TopologySettings = z.discriminatedUnion("kind", [
  LocalPodmanTopology,
  RemoteServerTopology,
  planned("web", "AWS, in one or several regions."),
]);

export type TopologySettings = z.output<typeof TopologySettings>;
