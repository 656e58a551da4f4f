import { requireNobodyListens } from "./embedded/port-owner.ts";
import { engineWords, type HeldAt, openHolding } from "./engines/index.ts";
import { RunFailure } from "./failure.ts";
import type { DeployTarget } from "./targets/index.ts";

/** States of a container that holds none of its ports. */
const ENDED = ["exited", "stopped", "dead"];

/**
 * Throws a `RunFailure` where a port that an environment is to publish is somebody else's: an engine notices that only
 * once it has taken down what serves. Ports that the environment itself holds are its own.
 */
export async function requireFreePorts(
  { environment, ports, onThisMachine }: Pick<DeployTarget, "environment" | "ports" | "onThisMachine">,
  held: readonly HeldAt[],
): Promise<void> {
  const own = new Set(
    held.flatMap(({ engine, held: one }) =>
      // One that is just being started, by a run that was killed since, holds its ports before it says that it runs.
      ENDED.includes(one.state ?? "") ? [] : one.ports.map((port) => `${port} at ${engineWords(engine.reference)}`),
    ),
  );
  const asked = ports.filter(({ engine, port, protocol }) => !own.has(`${port}/${protocol} at ${engineWords(engine)}`));
  const engines = new Map(asked.map(({ engine }) => [engineWords(engine), engine]));
  for (const [where, engine] of engines) {
    const others = await openHolding(engine).portsOfOthers(environment);
    for (const { address, port, protocol } of asked.filter((one) => engineWords(one.engine) === where)) {
      const holder = others.get(`${port}/${protocol}`);
      if (holder !== undefined) throw taken(`${address}:${port}`, `${holder} at ${where}`);
    }
  }
  if (!onThisMachine) return;
  await requireNobodyListens(
    asked.flatMap(({ address, port, protocol }) => (protocol === "tcp" ? [{ address, hostPort: port }] : [])),
  );
}

function taken(port: string, holder: string): RunFailure {
  return new RunFailure({
    place: "published port",
    found: `${port} is in use by ${holder}`,
    allowed: "a port that nobody listens on",
    mend: "stop what holds it, or choose another hostPort",
  });
}
