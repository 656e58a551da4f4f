import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { placeOf } from "../place.ts";
import { temporaryFolder } from "../testing/plan.ts";
import { healState } from "./heal-state.ts";

const whole = '{"checkpoint":{"latest":{}}}';

/** A state folder with some files beside the stack's own. */
async function stateOf(files: Readonly<Record<string, string>>) {
  const project = await temporaryFolder();
  const before = process.cwd();
  process.chdir(project);
  onTestFinished(() => process.chdir(before));
  await writeFile("Pulumi.yaml", "name: blueprint\nmain: stacks/index.ts\n");
  const place = placeOf("dev", project);
  const folder = join(place.state, ".pulumi", "stacks", "blueprint");
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return { place, path: (name: string) => join(folder, name) };
}

it("takes away attributes that were cut off, and leaves whole ones", async () => {
  const { place, path } = await stateOf({ "dev.json": whole, "dev.json.attrs": "", "dev.json.bak.attrs": "{}" });
  expect(await healState("dev", place)).toHaveLength(1);
  expect([existsSync(path("dev.json.attrs")), existsSync(path("dev.json.bak.attrs"))]).toEqual([false, true]);
  expect(await healState("dev", place)).toEqual([]);
});

it("puts the state before in the place of one that was cut off", async () => {
  const { place, path } = await stateOf({ "dev.json": '{"checkp', "dev.json.attrs": "{}", "dev.json.bak": whole });
  expect(await healState("dev", place)).toEqual(["the state was cut off: the one before took its place"]);
  expect(await readFile(path("dev.json"), "utf8")).toBe(whole);
  expect(existsSync(path("dev.json.attrs"))).toBe(false);
});

it("brings back no stack that was removed, and needs no state", async () => {
  const { place, path } = await stateOf({ "dev.json.bak": whole });
  expect(await healState("dev", place)).toEqual([]);
  expect(existsSync(path("dev.json"))).toBe(false);
  expect(await healState("dev", placeOf("dev", await temporaryFolder()))).toEqual([]);
});
