import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { versions } from "../../components/core/index.ts";
import { desktopsHere, pulumiOnPath, TREE } from "./engine.ts";
import { type Code, codeOfCommit, hasCommit } from "./life/code.ts";
import { desktopTarget } from "./life/desktop.ts";
import { Life } from "./life/life.ts";
import type { LifeTarget } from "./life/target.ts";

/** What counts as an earlier release, while there are no others. */
const EARLIER = "HEAD~60";

const pulumi = pulumiOnPath();
const isThere = await hasCommit(EARLIER);
if (!isThere) console.warn(`skipped: the repository's history doesn't reach ${EARLIER}`);

describe.skipIf(pulumi === undefined || !isThere).each(desktopsHere())(
  "a desktop of an earlier release on $kind",
  (engine) => {
    let code: Code;
    let target: LifeTarget;
    let life: Life;

    beforeAll(async () => {
      target = await desktopTarget(engine, engine.kind === "docker" ? "postgresql" : "embedded");
      // That release builds its own, under the same name.
      await new Docker({ socketPath: engine.socket }).getImage(versions.images.flameAgent).remove({ force: true });
      code = await codeOfCommit(EARLIER);
      life = await Life.begin(target, pulumi ?? "", code.folder);
    }, 900_000);
    afterAll(async () => {
      await life?.[Symbol.asyncDispose]();
      await code?.[Symbol.asyncDispose]();
      await target?.[Symbol.asyncDispose]();
    }, 900_000);

    it("was brought up by that release's own code and image", async () => {
      await life.plantOthers();
      await life.comesUp();
      await life.tell();
      await life.remembers();
    }, 900_000);

    it("is upgraded by this one with its data, and is whole then", async () => {
      await life.project.takeCode(TREE);
      const said = await life.said();
      expect(said.filter(({ data }) => data !== null)).toEqual([]);
      await life.comesUp();
      await life.isWhole();
    }, 900_000);

    it("leaves nothing when it is taken down", async () => {
      const { exitCode, stderr } = await life.down("--delete-data");
      expect(exitCode, stderr).toBe(0);
      expect(await target.held()).toEqual([]);
      await life.leavesOthers();
    }, 900_000);
  },
);
