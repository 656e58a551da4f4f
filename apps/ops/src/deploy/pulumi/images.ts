import { versions } from "../../../../../components/core/index.ts";
import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { buildImage } from "../../../../flame-agent/image/build.ts";
import { SOURCE_LABEL, sourceDigest } from "../../../../flame-agent/image/source.ts";
import { hasImage, imageLabels } from "../engine-client.ts";
import { RunFailure, reasonOf } from "../failure.ts";
import type { Tell } from "../step.ts";

/**
 * Makes sure that images which no registry has are in the engine's store, and that the agent's own one is of these
 * sources: an older agent doesn't know the settings of a newer plan. The engine pulls the others itself.
 */
export async function ensureImages({ engine, containers }: LocalPodmanPlan, tell: Tell): Promise<void> {
  for (const { key, image } of containers) {
    if (image.registry !== "localhost") continue;
    const isThere = (await hasImage(engine, image.text)) !== false;
    if (key !== "agent") {
      if (isThere) continue;
      throw absent(image.text, `build it with ${engine.kind} build --tag ${image.text}, or name another image`);
    }
    if (isThere && !(await isOutdated(engine, image.text))) continue;
    tell(isThere ? `building ${image.text} anew: it is of other sources` : `building ${image.text}`);
    try {
      await buildImage({ engine: engine.kind, socket: engine.socket, tag: image.text, onProgress: tell });
    } catch (error) {
      throw absent(image.text, `mend its build: ${reasonOf(error)}`);
    }
  }
}

/** Whether an image was built by this project from other sources; one that somebody else has built is his to keep. */
async function isOutdated(engine: LocalPodmanPlan["engine"], image: string): Promise<boolean> {
  const labels = await imageLabels(engine, image);
  const source = labels?.[SOURCE_LABEL];
  // Earlier releases built theirs without a label.
  if (source === undefined) return labels !== undefined && image === versions.images.flameAgent;
  return source !== sourceDigest();
}

function absent(image: string, mend: string): RunFailure {
  return new RunFailure({ place: `image ${image}`, found: "isn't in the engine's store", mend });
}
