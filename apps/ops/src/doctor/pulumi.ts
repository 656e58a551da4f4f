import { existsSync } from "node:fs";
import { type FoundPulumi, findPulumi, WRAPPER } from "../deploy/pulumi-engine.ts";
import { found, type Row, wanting } from "./row.ts";

/** The real Pulumi engine. The wrapper that npm installs is never run: its first run downloads the engine. */
export async function lookForPulumi(): Promise<Row> {
  return judgePulumi(await findPulumi(), existsSync(WRAPPER));
}

/** Judges what was found; `wrapper` is whether npm's wrapper is installed. */
export function judgePulumi(pulumi: FoundPulumi, wrapper: boolean): Row {
  const name = "pulumi engine";
  switch (pulumi.kind) {
    case "there":
      return found(name, "pulumi", `${pulumi.engine.version}, ${pulumi.engine.program}`);
    case "broken":
      return wanting("degraded", name, "pulumi", pulumi.why, "run it by hand and mend what it says, or remove it");
    case "missing":
      return wanting(
        "missing",
        name,
        "pulumi",
        wrapper ? "only npm's wrapper, which downloads the engine on its first run" : pulumi.why,
        "npx pulumi version downloads it where github.com and get.pulumi.com can be reached; else unpack a release onto PATH",
      );
  }
}
