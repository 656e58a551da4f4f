import { isIP } from "node:net";
import { z } from "zod";
import { bytesBetween, Cidr, contains, isPrivate, refuse, versions } from "../../core/index.ts";
import { AbsolutePath } from "../../orchestration/index.ts";

const OBJECT_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$/;
const OBJECT_NAME_ALLOWED = "2 to 63 letters, digits, _ . and -, beginning with a letter or digit";

/** Options beside nosuid and nodev, which every engine sets on memory. */
const MountOption = z.enum(["noexec", "noatime"]);

/** Where the embedded database and the agent's files live. */
const Storage = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("volume").meta({ description: "A volume that the engine keeps." }),
    name: z.string().regex(OBJECT_NAME, OBJECT_NAME_ALLOWED).optional().meta({
      description: "Name of the volume; `flame-<environment>-data` where it is left out.",
      example: "flame-data",
    }),
    persistent: z
      .boolean()
      .prefault(true)
      .meta({ description: "Whether the data outlives the environment: `down` then asks before it deletes." }),
  }),
  z.strictObject({
    kind: z.literal("bind").meta({ description: "A folder of the host." }),
    hostPath: AbsolutePath.meta({
      description: "The folder; it must exist and belong to user 10001.",
      example: "/srv/flame/data",
    }),
    persistent: z
      .boolean()
      .prefault(true)
      .meta({ description: "Whether the data outlives the environment: `down` then asks before it deletes." }),
  }),
  z.strictObject({
    kind: z.literal("tmpfs").meta({ description: "Memory: gone with the container." }),
    size: bytesBetween("1MiB").prefault("256MiB").meta({
      description: "Most that it may hold; counts towards the memory limit.",
      unit: "bytes",
      example: "256MiB",
    }),
    mountOptions: z
      .array(MountOption)
      .prefault(["noexec"])
      .meta({ description: "Options of the mount.", example: ["noexec"] }),
  }),
]);

/** One desktop machine: everything in containers of its own engine. */
export const LocalPodmanTopology = z.strictObject({
  kind: z.literal("local-podman").meta({ description: "A desktop machine with Podman or Docker." }),
  engine: z
    .strictObject({
      kind: z.enum(["auto", "podman", "docker"]).prefault("auto").meta({
        description:
          "Which engine; auto takes the first that is found: rootless Podman, Podman, a Podman machine, Docker.",
      }),
      socket: z
        .string()
        .regex(
          /^(unix:\/\/)?\/[^\s:]+$|^npipe:\/\/\S+$/,
          "the path of a socket, with or without unix:// before it, or npipe:// on Windows",
        )
        .transform((text) => (text.startsWith("/") ? `unix://${text}` : text))
        .optional()
        .meta({ description: "The engine's socket; found where it is left out.", example: "/run/podman/podman.sock" }),
      apiVersion: z
        .string()
        .regex(/^1\.\d{2}$/, "a version of Docker's interface, such as 1.41")
        .prefault(versions.engineApi)
        .meta({
          description: "Version of the engine's interface that the connector and the blueprint command speak.",
          example: "1.41",
        }),
    })
    .prefault({}),
  network: z
    .strictObject({
      name: z.string().regex(OBJECT_NAME, OBJECT_NAME_ALLOWED).optional().meta({
        description: "Name of the bridge network; `flame-<environment>` where it is left out.",
        example: "flame",
      }),
      subnet: Cidr.prefault("10.89.42.0/24").meta({
        description: "Private address range of the network.",
        example: "10.89.42.0/24",
      }),
      dnsServers: z
        .array(z.string().refine((text) => isIP(text) !== 0, "an IP address"))
        .max(3)
        .prefault([])
        .meta({ description: "Name servers of the containers; the host's where it is empty.", example: ["9.9.9.9"] }),
      isolated: z.boolean().prefault(true).meta({
        description: "Whether packets from the engine's other networks are kept out.",
      }),
    })
    .prefault({})
    .superRefine(({ subnet, dnsServers }, context) => {
      if (!isPrivate(subnet)) {
        refuse(context, {
          path: ["subnet"],
          allowed: "a private range: in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
          mend: "choose one that the host's own networks don't use, such as 10.89.42.0/24",
        });
      }
      if (subnet.prefixLength > 28) {
        refuse(context, {
          path: ["subnet"],
          allowed: "a prefix of /28 or shorter, so that every container has an address",
          mend: "write a shorter prefix, such as /24",
        });
      }
      for (const [index, server] of dnsServers.entries()) {
        if (contains(subnet, server)) {
          refuse(context, {
            path: ["dnsServers", index],
            allowed: "an address outside network.subnet",
            mend: "name a server that the containers reach through the host; the engine resolves their own names by itself",
          });
        }
      }
    }),
  storage: Storage.prefault({ kind: "volume" }),
});

export type LocalPodmanTopology = z.output<typeof LocalPodmanTopology>;
export type LocalStorage = z.output<typeof Storage>;
export type VolumeStorage = Extract<LocalStorage, { kind: "volume" }>;
