import { z } from "zod";
import { ImageReference, versions } from "../core/index.ts";

/** HAProxy before the agents of a host. */
export const ProxySettings = z
  .strictObject({
    image: ImageReference.prefault(versions.images.proxy).meta({
      description: "HAProxy with a shell and wget, which ends its streams on its image's stop signal, SIGUSR1.",
    }),
    maxConnections: z
      .int()
      .min(10)
      .max(1_000_000)
      .prefault(2000)
      .meta({ description: "Connections that the proxy keeps at once.", unit: "connections" }),
    checkIntervalSeconds: z
      .int()
      .min(1)
      .max(60)
      .prefault(2)
      .meta({ description: "Time between two looks at an agent's readiness.", unit: "seconds" }),
  })
  .prefault({});

export type ProxySettings = z.output<typeof ProxySettings>;
