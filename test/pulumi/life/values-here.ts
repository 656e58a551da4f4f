import type { World } from "../../support/walk.world.ts";

/** Second values of the walk that containers of this machine can run with, in place of those that only a plan takes. */
export const VALUES_HERE: World["values"] = {
  "agent.healthCheck.command": { changed: ["node", "--version"] },
  ...Object.fromEntries(
    ["agent", "agent.database", "containers.*"].flatMap((owner) => [
      [`${owner}.resources.limits.cpu`, { changed: "0.75" }],
      [`${owner}.resources.cpuSet`, { changed: "0" }],
    ]),
  ),
};
