import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

export const memoryLimit = resourceRule({
  name: "docker-container-memory-limit",
  description:
    "A container has a limit of memory, and one of memory and swap together: without, one leak takes the host.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ memory, memorySwap }) => [
    ...whenKnown({ memory }, ({ memory }) =>
      (memory ?? 0) > 0
        ? []
        : [
            violation({
              found: `memory is ${memory ?? "not set"}`,
              allowed: "a number of MiB above 0",
              mend: "set memory to the process's peak with headroom",
            }),
          ],
    ),
    ...whenKnown({ memorySwap }, ({ memorySwap }) =>
      (memorySwap ?? 0) > 0
        ? []
        : [
            violation({
              found: `memorySwap is ${memorySwap ?? "not set"}`,
              allowed: "a number of MiB above 0, memory and swap together",
              mend: "set memorySwap to the same as memory for no swap; unset, the engine allows as much swap again",
            }),
          ],
    ),
  ],
});
