/** Labels of the blueprint's components that rules read. */
export const LABEL = {
  environment: "blueprint.environment",
  component: "blueprint.component",
  version: "blueprint.version",
  /** `lan` or `public`: ports are meant to be reached from elsewhere. */
  exposure: "blueprint.exposure",
  /** Longest turn that the container serves, in seconds. */
  turnMaxSeconds: "blueprint.turn-max-seconds",
  /** Time between the end of the last turn and the end of the process, in seconds. */
  drainMarginSeconds: "blueprint.drain-margin-seconds",
  /** `persistent`: losing the volume loses data. */
  data: "blueprint.data",
} as const;
