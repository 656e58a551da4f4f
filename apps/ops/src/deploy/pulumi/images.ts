import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { buildImage } from "../../../../flame-agent/image/build.ts";
import { hasImage } from "../engine-client.ts";
import { RunFailure, reasonOf } from "../failure.ts";
import type { Tell } from "../step.ts";

/** Makes sure that images which no registry has are in the engine's store; the engine pulls the others itself. */
export async function ensureImages({ engine, containers }: LocalPodmanPlan, tell: Tell): Promise<void> {
  for (const { key, image } of containers) {
    if (image.registry !== "localhost" || (await hasImage(engine, image.text)) !== false) continue;
    if (key !== "agent")
      throw absent(image.text, `build it with ${engine.kind} build --tag ${image.text}, or name another image`);
    tell(`building ${image.text}`);
    try {
      await buildImage({ engine: engine.kind, socket: engine.socket, tag: image.text, onProgress: tell });
    } catch (error) {
      throw absent(image.text, `mend its build: ${reasonOf(error)}`);
    }
  }
}

function absent(image: string, mend: string): RunFailure {
  return new RunFailure({ place: `image ${image}`, found: "isn't in the engine's store", mend });
}
