import { z } from "zod";

/** How the desktop app starts, reaches and stops the agent. */
export const DesktopSettings = z.strictObject({
  ipcChannel: z
    .string()
    .regex(/^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)*$/, "lower-case words joined by hyphens or colons, such as flame:agent")
    .prefault("flame:agent")
    .meta({ description: "Channel over which the app's windows talk to the connector.", example: "flame:agent" }),
  autoStart: z
    .boolean()
    .prefault(true)
    .meta({ description: "Whether the agent is started with the app, and Quadlet units with the session." }),
  startupTimeoutSeconds: z
    .int()
    .min(5)
    .max(600)
    .prefault(60)
    .meta({ description: "Time in which the agent must be ready after a start.", unit: "seconds" }),
  connectionRetries: z
    .int()
    .min(0)
    .max(100)
    .prefault(5)
    .meta({ description: "Attempts to reach the agent before the app reports it.", unit: "attempts" }),
  stopWithApp: z
    .boolean()
    .prefault(true)
    .meta({ description: "Whether closing the app stops the agent, after running turns have ended." }),
  logging: z.boolean().prefault(true).meta({ description: "Whether the connector writes its own log." }),
});

export type DesktopSettings = z.output<typeof DesktopSettings>;
