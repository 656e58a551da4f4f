import * as pulumi from "@pulumi/pulumi";
import { ConfigurationError } from "../components/core/index.ts";
import { readEnvironment } from "./config.ts";
import { deployDesktop } from "./local-podman.ts";
import { deployServer } from "./remote-server.ts";
import { hideTakeOver } from "./take-over.ts";

/** What the Pulumi engine runs: reads the stack's environment and hands it to its topology; the result is the stack's outputs. */
export default async function program(): Promise<Record<string, unknown>> {
  hideTakeOver();
  try {
    const environment = readEnvironment();
    switch (environment.settings.topology.kind) {
      case "local-podman":
        return await deployDesktop(environment);
      case "remote-server":
        return deployServer(environment);
      case "web":
        throw new pulumi.RunError("topology.kind web isn't built yet");
    }
  } catch (error) {
    // A RunError prints its message without a stack: the user's mistake is not the program's.
    if (error instanceof ConfigurationError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
