import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Document } from "../../support/environment.ts";
import { changesOf, isSecret, type LifeChanges } from "./changes.ts";
import { Life } from "./life.ts";
import { seeded } from "./seeded.ts";
import type { LifeTarget } from "./target.ts";
import { forecast, untruths } from "./truth.ts";

/** How much of a life is lived. */
export interface LifeForm {
  /** Settings that are changed at once, at most. */
  readonly atOnce: number;
  /** Changes at stake of data that are tried, at most. */
  readonly atStake: number;
  /** Moments at which `up` and `down` are killed. */
  readonly kills: number;
  /** Longest that one step of it may take, in minutes. */
  readonly minutes: number;
}

/** Ends within some minutes for each target, on a machine that does nothing else. */
export const SHORT: LifeForm = { atOnce: 200, atStake: 2, kills: 3, minutes: 60 };
/** Every setting by itself. */
export const LONG: LifeForm = { atOnce: 1, atStake: 100, kills: 30, minutes: 180 };

/** How operations end before their time: killed, by two Ctrl-C, with their terminal. */
const ENDS: readonly (readonly NodeJS.Signals[])[] = [["SIGKILL"], ["SIGINT", "SIGINT"], ["SIGHUP"], ["SIGKILL"]];

/** Seed of the moments; another one by `BLUEPRINT_TEST_SEED`. */
const SEED = Number(process.env.BLUEPRINT_TEST_SEED ?? 12);

/** A target's suite. `start` makes the target ready, which may take minutes. */
export function describeLife(
  name: string,
  {
    pulumi,
    start,
    form,
  }: { readonly pulumi: string | undefined; readonly start: () => Promise<LifeTarget>; readonly form: LifeForm },
): void {
  const timeout = form.minutes * 60_000;
  describe.skipIf(pulumi === undefined)(`a life on ${name}`, () => {
    let target: LifeTarget;
    let life: Life;
    let changes: LifeChanges;
    /** How long `up` and `down` took, in milliseconds. */
    const took = { up: 0, down: 0 };

    beforeAll(async () => {
      target = await start();
      life = await Life.begin(target, pulumi ?? "");
      changes = await changesOf(target, form.atOnce);
      const counts = {
        "brought up": changes.groups.flatMap(({ names }) => names).length,
        groups: changes.groups.length,
        "data at stake": changes.atStake.length,
        "refused by the plan": changes.refused.length,
        "not tried": changes.untried.length,
      };
      console.log(
        `settings on ${name}: ${Object.entries(counts)
          .map(([what, count]) => `${what} ${count}`)
          .join(", ")}`,
      );
    }, timeout);
    afterAll(async () => {
      await life?.[Symbol.asyncDispose]();
      await target?.[Symbol.asyncDispose]();
    }, timeout);

    it("comes up from nothing and takes turns, beside others with names like its own", { timeout }, async () => {
      await life.plantOthers();
      const start = performance.now();
      await life.comesUp();
      took.up = performance.now() - start;
      await life.tell();
      await life.isWhole();
    });

    it("keeps what it was told through every setting, and says before what each does", { timeout }, async ({
      signal,
    }) => {
      const broken: string[] = [];
      let lived = 0;
      for (const { names, document } of [...changes.groups, { names: ["all set back"], document: target.document }]) {
        // Out of time, it leaves the environment to the tests that follow.
        if (signal.aborted) break;
        const found = await livesThrough(life, names, document).catch((error: unknown) => [reasonOf(error)]);
        if (found.length > 0) console.log(`${name}: ${names.join(", ")}\n  ${found.join("\n  ")}`);
        broken.push(...found);
        lived += 1;
      }
      console.log(
        `${name}: lived through ${lived} of ${changes.groups.length + 1} groups, ${broken.length} of them not as said`,
      );
      expect(broken.join("\n\n")).toBe("");
    });

    it("refuses what would take its data along, and touches nothing", { timeout }, async () => {
      const broken: string[] = [];
      const ids = await life.ids();
      for (const { name: setting, document } of changes.atStake.slice(0, form.atStake)) {
        await life.describe(document);
        const { exitCode, stderr } = await life.up();
        if (exitCode === 0) broken.push(`${setting}: went up`);
        if (!/fix: /.test(stderr)) broken.push(`${setting}: no way to mend it in\n${stderr}`);
        await life.describe(target.document);
        await life.remembers();
      }
      expect([...(await life.ids())].toSorted()).toEqual([...ids].toSorted());
      expect(broken.join("\n\n")).toBe("");
    });

    it("answers on where the engine by itself is asked to take its data along, without a preview", {
      timeout,
    }, async () => {
      for (const { name: setting, document } of changes.atStake.slice(0, form.atStake)) {
        await life.describe(document);
        await expect(life.comesUpByEngine(), setting).rejects.toThrow();
        await life.describe(target.document);
        await expect(life.answers(), setting).resolves.toBeUndefined();
        await life.comesUp();
        await expect(life.isWhole(), setting).resolves.toBeUndefined();
      }
    });

    it("takes labels and another version of the blueprint without its data", { timeout }, async () => {
      await life.describe({ ...target.document, labels: { team: "assistants" } });
      await life.comesUp();
      await life.isWhole();
      await life.describe(target.document);
      await life.raised(async () => {
        await life.comesUp();
        await life.isWhole();
      });
      await life.comesUp();
      await life.isWhole();
    });

    it("mends what was done by hand", { timeout }, async () => {
      for (const [what, drift] of Object.entries(target.drifts)) {
        await drift();
        await life.comesUp();
        await expect(life.isWhole(), what).resolves.toBeUndefined();
      }
    });

    it("is taken down but for its data, and has them when it comes up again", { timeout }, async () => {
      const start = performance.now();
      const { exitCode, stderr } = await life.down("--keep-data");
      took.down = performance.now() - start;
      expect(exitCode, stderr).toBe(0);
      expect((await target.held()).filter((one) => !target.kept.test(one))).toEqual([]);
      await life.leavesOthers();
      await life.comesUp();
      await life.isWhole();
    });

    it("has its data, and what opens them, after a destroy of all that isn't protected", { timeout }, async () => {
      const { environment } = target;
      await life.project.runOnOwnState("destroy", "--stack", environment, "--yes", "--exclude-protected");
      await life.comesUp();
      await life.isWhole();
    });

    it("is refused under another name, and goes on under its own", { timeout }, async () => {
      const { environment } = target;
      await life.project.runOnOwnState("stack", "rename", "renamed", "--stack", environment);
      const { exitCode, stderr } = await life.project.blueprint("up", "renamed", "--yes");
      expect(exitCode, stderr).toBe(1);
      expect(stderr).toContain(`pulumi stack rename ${environment}`);
      await life.project.runOnOwnState("stack", "rename", environment, "--stack", "renamed");
      await life.describe(target.document);
      await life.comesUp();
      await life.isWhole();
    });

    it(`goes on after ${form.kills} ends before its time, at any moment of up and down (seed ${SEED})`, {
      timeout,
    }, async () => {
      const next = seeded(SEED);
      const cut: string[] = [];
      for (let index = 0; index < form.kills; index++) {
        const isUp = index % 2 === 1;
        // Every second kill is of a down, so that the next up has something to do.
        const { command, longest } = isUp
          ? { command: "up", longest: took.up }
          : { command: "down", longest: took.down };
        if (isUp) expect((await life.down("--keep-data")).exitCode).toBe(0);
        const milliseconds = Math.round(next() * longest);
        const options = isUp ? ["--yes"] : ["--keep-data", "--yes"];
        const signals = ENDS[index % ENDS.length] ?? ["SIGKILL"];
        const isCut = await life.cut([command, target.environment, ...options], milliseconds, signals);
        cut.push(`${command} at ${milliseconds} ms by ${signals.join(" and ")}${isCut ? "" : " (had ended)"}`);
        await expect(life.comesUp(), cut.at(-1)).resolves.toBeDefined();
        await expect(life.isWhole(), cut.at(-1)).resolves.toBeUndefined();
      }
      console.log(`killed on ${name}: ${cut.join(", ")}`);
    });

    it("goes on from the release before this one, with what that was told", { timeout }, async ({ skip }) => {
      expect((await life.down("--delete-data")).exitCode).toBe(0);
      const isHere = await life.byEarlierRelease(async () => {
        if (target.earlierByEngine) await life.beginsByEngine();
        await (target.earlierByEngine ? life.comesUpByEngine() : life.comesUp());
        await life.tell();
      });
      await life.comesUp();
      if (!isHere) skip();
      await life.isWhole();
    });

    it("leaves nothing in the end, and nothing of others is touched", { timeout }, async () => {
      const { exitCode, stderr } = await life.down("--delete-data");
      expect(exitCode, stderr).toBe(0);
      expect(await target.held()).toEqual([]);
      await life.leavesOthers();
    });
  });
}

/** Changes settings of what runs; what of the plan's words about it was not true. Throws where something was lost. */
async function livesThrough(life: Life, names: readonly string[], document: Document): Promise<string[]> {
  await life.describe(document);
  const before = await forecast(life);
  const { missed } = await life.watched(() => life.comesUp());
  await life.isWhole();
  return untruths(life, before, { missed }, { secrets: names.some(isSecret) });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
